import { describe, test } from '@jest/globals';
import {
  accepted,
  amnestied,
  arrested,
  convicted,
  custody,
  given,
  pardoned,
  refused,
  released,
} from '../../support/case-spec.js';

const serving = [arrested('2024-01-10'), convicted('2024-06-01', { term: 'P3Y' })];

describe('the main events of a case', () => {
  test('an arrest detains', () => {
    given().when(arrested('2024-01-10')).then(custody('detained', 'f1'));
  });

  test('an arrest while held is asked about, and recorded if acknowledged', () => {
    const again = given(arrested('2024-01-10')).when(arrested('2024-02-01'));
    again.then(refused('ask CASE.ALREADY_HELD'));
    again.acknowledging('CASE.NOT_HELD').then(refused('ask CASE.ALREADY_HELD'));
    again.acknowledging('CASE.ALREADY_HELD', 'CASE.NOT_HELD').then(accepted('ask CASE.ALREADY_HELD'));
  });

  test('a conviction to imprisonment imprisons who is held', () => {
    given(arrested('2024-01-10'))
      .when(convicted('2024-06-01', { term: 'P3Y' }))
      .then(custody('imprisoned', 'f2'));
  });

  test('a conviction without an arrest is asked about', () => {
    given()
      .when(convicted('2024-06-01', { term: 'P3Y' }))
      .then(refused('ask CASE.NOT_ARRESTED'));
  });

  test('only the release changes custody, not the clemency before it', () => {
    given(...serving)
      .when(pardoned('2025-05-27'))
      .then(custody('imprisoned', 'f2'));
    given(...serving)
      .when(amnestied('2025-12-23'))
      .then(custody('imprisoned', 'f2'));
    given(...serving, pardoned('2025-05-27'))
      .when(released('2025-05-27', 'pardon'))
      .then(custody('free', 'f4'));
    given(...serving, amnestied('2025-12-23'))
      .when(released('2025-12-23', 'amnesty'))
      .then(custody('free', 'f4'));
  });

  test('clemency without a conviction is asked about', () => {
    given(arrested('2024-01-10')).when(amnestied('2025-12-23')).then(refused('ask CASE.NOT_CONVICTED'));
    given(arrested('2024-01-10')).when(pardoned('2025-05-27')).then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('a release is asked about while not held or without the event that its reason presupposes', () => {
    given().when(released('2024-03-01', 'bail')).then(refused('ask CASE.NOT_HELD'));
    given(...serving)
      .when(released('2024-09-01', 'pardon'))
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('a release days after the amnesty is recorded with a warning', () => {
    given(...serving, amnestied('2025-12-23'))
      .when(released('2025-12-24', 'amnesty'))
      .then(accepted('warn CASE.RELEASE_DELAYED'));
  });
});

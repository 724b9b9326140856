/** Nobody is born, and nothing is read, on a day to come; nobody is arrested before the birth. */
import { refuseFutureReadings } from '../../src/domain/future-dates.js';
import type { CommonFields, Source } from '../../src/domain/event.js';
import { accepted, arrested, given, refused } from '../support/case-spec.js';
import { day } from '../support/events.js';

const named = { names: [{ text: 'Elçin Nümunəvi', script: 'Latn', language: 'az', kind: 'full' }] } as const;
const opened = { type: 'opened', ...named } as const;
const born = (date: string | null) => ({ type: 'described', born: date }) as const;
const corrected = (event: string, correctedType: 'opened' | 'described', data: object) =>
  ({ type: 'corrected', event, correctedType, data }) as const;

// Today is 2026-01-05.
describe('a birth', () => {
  test.each([
    ['on a day to come', born('2026-01-06'), refused('refuse DATE.FUTURE')],
    ['in a year to come', born('2027'), refused('refuse DATE.FUTURE')],
    ['today', born('2026-01-05'), accepted()],
    ['in this year', born('2026'), accepted()],
    ['that is not known any more', born(null), accepted()],
  ])('%s', (_, described, expected) => {
    given(opened).when(described).then(expected);
  });

  test('in the future is refused when a case is opened, and as a correction', () => {
    given()
      .when({ ...opened, born: '2030' })
      .then(refused('refuse DATE.FUTURE'));
    given({ ...opened, born: '1980' })
      .when(corrected('f1', 'opened', { born: '2030' }))
      .then(refused('refuse DATE.FUTURE'));
  });

  test('after an arrest is asked about, whichever is recorded first', () => {
    given({ ...opened, born: '1998' })
      .when(arrested('1989-01-10'))
      .then(refused('ask CASE.ARRESTED_UNBORN'));
    given(opened, arrested('1989-01-10')).when(born('1998')).then(refused('ask CASE.ARRESTED_UNBORN'));
    given(opened, arrested('1998')).when(born('1998-02-01')).then(accepted());
  });

  test('is that of the last event that says anything of it', () => {
    given({ ...opened, born: '1998' }, born('1968'))
      .when(arrested('1989-01-10'))
      .then(accepted());
    given({ ...opened, born: '1998' }, born(null))
      .when(arrested('1989-01-10'))
      .then(accepted());
  });
});

describe('a source', () => {
  const today = day('2026-01-05');
  const readOn = (date: string): Source => ({ kind: 'press', citation: 'x', readOn: date });
  const event = (fields: object, date = '2026-01-05') => [
    { id: 'f1', event: { sources: [readOn(date)], reliability: 'reported', ...fields } as CommonFields },
  ];

  test('was read today or earlier', () => {
    expect(refuseFutureReadings(event({}), today)).toBeNull();
    expect(refuseFutureReadings(event({}, '2026-01-06'), today)).toMatchObject({
      outcome: 'refused',
      findings: [{ code: 'DATE.FUTURE', events: ['f1'] }],
    });
  });

  test('is not corrected into one that was read later', () => {
    const correction = { type: 'corrected', event: 'f0', data: { sources: [readOn('2026-02')] } };
    expect(refuseFutureReadings(event(correction), today)).toMatchObject({ findings: [{ code: 'DATE.FUTURE' }] });
  });
});

import { decide } from '../../../src/domain/case/decide.js';
import { REFERENCE_DATA, withIds, type CaseEventFields } from '../../support/events.js';
import { accepted, arrested, convicted, given, refused, released } from '../../support/case-spec.js';

type Event = CaseEventFields[number];
const opened: Event = {
  type: 'opened',
  names: [{ text: 'Elçin Nümunəvi', script: 'Latn', language: 'az', kind: 'full' }],
};
const corrected = (event: string, data: object, correctedType = 'arrested'): Event => ({
  type: 'corrected',
  event,
  correctedType,
  data,
});
const retracted = (event: string): Event => ({ type: 'retracted', event, reason: 'It was another person.' });
const died: Event = { type: 'died', occurredOn: '2025-03-01' };

describe('a correction', () => {
  test('of a day is accepted where the timeline stays possible', () => {
    given(arrested('2025-01-10'), released('2025-02-01', 'bail'))
      .when(corrected('f1', { occurredOn: '2025-01-12' }))
      .then(accepted());
  });

  test('that moves an event behind a death is refused with the finding', () => {
    given(arrested('2025-01-10'), died)
      .when(corrected('f1', { occurredOn: '2025-04-01' }))
      .then(refused('refuse CASE.DECEASED'));
  });

  test('into the future is refused', () => {
    given(arrested('2025-01-10'))
      .when(corrected('f1', { occurredOn: '2030' }))
      .then(refused('refuse DATE.FUTURE'));
  });

  test('to a category that the list lacks is refused', () => {
    given(arrested('2025-01-10'), {
      type: 'recognised',
      list: 'union',
      category: 'believers',
      occurredOn: '2025-01-20',
    })
      .when(corrected('f2', { category: 'poets' }, 'recognised'))
      .then(refused('refuse CATEGORY.UNKNOWN'));
  });

  test('that turns the order is asked about where it makes the timeline odd', () => {
    const correction = corrected('f2', { occurredOn: '2025-01-01' }, 'released');
    const when = given(arrested('2025-01-10'), released('2025-02-01', 'bail')).when(correction);
    when.then(refused('ask CASE.NOT_HELD'));
    when.acknowledging('CASE.NOT_HELD').then(accepted('ask CASE.NOT_HELD'));
  });

  test('may also mend what was odd before', () => {
    given(arrested('2025-02-10'), released('2025-02-01', 'bail'))
      .when(corrected('f1', { occurredOn: '2025-01-10' }))
      .then(accepted());
  });

  test('of an event that the case does not have is refused', () => {
    given(arrested('2025-01-10'))
      .when(corrected('g1', { occurredOn: '2025-01-12' }))
      .then(refused('refuse CORRECTION.EVENT_UNKNOWN'));
  });

  test('of a retracted event is refused, also by correcting its correction', () => {
    given(opened, arrested('2025-01-10'), retracted('f2'))
      .when(corrected('f2', { occurredOn: '2025-01-12' }))
      .then(refused('refuse CORRECTION.EVENT_RETRACTED'));
    given(opened, arrested('2025-01-10'), corrected('f2', { place: 'Baku' }), retracted('f2'))
      .when(corrected('f3', { place: 'Sheki' }))
      .then(refused('refuse CORRECTION.EVENT_RETRACTED'));
  });

  test('that changes nothing is refused, in whatever order its keys are', () => {
    given(arrested('2025-01-10', { place: 'Baku' }))
      .when(corrected('f1', { place: 'Baku', occurredOn: '2025-01-10' }))
      .then(refused('refuse CORRECTION.CHANGES_NOTHING'));
    given(arrested('2025-01-10'), convicted('2025-02-10', { term: 'P3Y' }))
      .when(corrected('f2', { sentence: { term: 'P3Y', kind: 'imprisonment' } }, 'convicted'))
      .then(refused('refuse CORRECTION.CHANGES_NOTHING'));
    given(arrested('2025-01-10'))
      .when(corrected('f1', { place: null }))
      .then(refused('refuse CORRECTION.CHANGES_NOTHING'));
  });

  test('of a correction that a later one overrides is refused, even if another field would change', () => {
    const history = [arrested('2025-01-10'), corrected('f1', { place: 'Baku' }), corrected('f1', { place: 'Sheki' })];
    given(...history)
      .when(corrected('f2', { place: 'Ganja' }))
      .then(refused('refuse CORRECTION.OVERRIDDEN'));
    given(...history)
      .when(corrected('f2', { place: 'Ganja', authority: 'State Security Service' }))
      .then(refused('refuse CORRECTION.OVERRIDDEN'));
    given(...history)
      .when(corrected('f2', { authority: 'State Security Service' }))
      .then(accepted());
    given(...history, retracted('f3'))
      .when(corrected('f2', { place: 'Ganja' }))
      .then(accepted());
  });

  test('of a correction that a later one overrides names the later one', () => {
    const history = withIds(
      arrested('2025-01-10'),
      corrected('f1', { place: 'Baku' }),
      corrected('f1', { place: 'Sheki', authority: 'x' }),
      corrected('f1', { authority: 'y' }),
      corrected('f2', { place: 'Ganja' }),
    );
    const { findings } = decide(history.slice(0, 4), history.slice(4), REFERENCE_DATA, []);
    expect(findings.map(({ events }) => events)).toEqual([['f3', 'f5']]);
  });

  test('of a correction of a retracted correction is refused', () => {
    given(
      arrested('2025-01-10'),
      corrected('f1', { place: 'Baku' }),
      corrected('f2', { place: 'Sheki' }),
      retracted('f2'),
    )
      .when(corrected('f3', { place: 'Ganja' }))
      .then(refused('refuse CORRECTION.EVENT_RETRACTED'));
  });

  test('of a correction and of a retraction is accepted', () => {
    given(opened, arrested('2025-01-10'), corrected('f2', { place: 'Baku' }))
      .when(corrected('f3', { place: 'Sheki' }))
      .then(accepted());
    given(opened, arrested('2025-01-10'), retracted('f2'))
      .when(corrected('f3', { reason: 'It was his brother.' }, 'retracted'))
      .then(accepted());
  });
});

describe('a retraction', () => {
  test('of any event, of a correction and of a retraction is accepted', () => {
    const history = [opened, arrested('2025-01-10')];
    given(...history)
      .when(retracted('f2'))
      .then(accepted());
    given(...history, corrected('f2', { place: 'Baku' }))
      .when(retracted('f3'))
      .then(accepted());
    given(...history, retracted('f2'))
      .when(retracted('f3'))
      .then(accepted());
  });

  test('of an unknown or a retracted event is refused', () => {
    given(opened).when(retracted('g1')).then(refused('refuse CORRECTION.EVENT_UNKNOWN'));
    given(opened, arrested('2025-01-10'), retracted('f2'))
      .when(retracted('f2'))
      .then(refused('refuse CORRECTION.EVENT_RETRACTED'));
  });

  test('that leaves later events odd is asked about', () => {
    given(opened, arrested('2025-01-10'), released('2025-02-01', 'bail'))
      .when(retracted('f2'))
      .then(refused('ask CASE.NOT_HELD'));
  });

  test('of an event that another one follows leaves a warning', () => {
    given(opened, arrested('2025-01-10'), { type: 'mistreated', kind: 'torture', occurredOn: '2025', after: 'f2' })
      .when(retracted('f2'))
      .then(accepted('warn CASE.AFTER_RETRACTED'));
  });

  test('of the opening is refused while other events stand', () => {
    given(opened, arrested('2025-01-10')).when(retracted('f1')).then(refused('refuse CORRECTION.BEGINNING_RETRACTED'));
    given(opened, arrested('2025-01-10')).when(retracted('f2'), retracted('f1')).then(accepted());
    given(opened, retracted('f1')).when(arrested('2025-01-10')).then(refused('refuse CORRECTION.BEGINNING_RETRACTED'));
  });

  test('of a merge or of its end is refused', () => {
    const merged: Event = { type: 'merged', into: 'other', reason: 'the same man' };
    given(opened, merged).when(retracted('f2')).then(refused('refuse CORRECTION.NOT_RETRACTABLE'));
    given(opened, merged, { type: 'unmerged', reason: 'two men' })
      .when(retracted('f3'))
      .then(refused('refuse CORRECTION.NOT_RETRACTABLE'));
  });
});

describe('the events of two merged cases', () => {
  const merged: Event = { type: 'merged', into: 'survivor', reason: 'the same man' };

  test('may have an opening each, but no third', () => {
    given(opened, merged, opened).when(arrested('2025-01-10')).then(accepted());
    given(opened, merged, opened).when(opened).then(refused('refuse CASE.ALREADY_OPENED'));
    given(opened, merged, { type: 'unmerged', reason: 'two men' })
      .when(opened)
      .then(refused('refuse CASE.ALREADY_OPENED'));
  });
});

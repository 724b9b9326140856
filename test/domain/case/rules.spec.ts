import { describe, expect, test } from '@jest/globals';
import type { CaseEvent } from '../../../src/domain/case/events.js';
import type { Standing } from '../../../src/domain/case/period.js';
import { orderOf } from '../../../src/domain/case/order.js';
import { rules, shareAxis, type Axis } from '../../../src/domain/case/rules.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { MAX_DAY } from '../../../src/domain/time.js';
import { ARTICLE, day, REFERENCE_DATA, withIds, THREE_YEARS, type CaseEventFields } from '../../support/events.js';
import { accepted, custody, given, refused, specifiedTypes, standing } from '../../support/case-spec.js';
import { findingsIn, periodsOf } from '../../support/timeline.js';

/** The standing that holds from the last of these events on. */
const standingAfter = (...events: CaseEventFields): Standing => {
  const last = periodsOf(withIds(...events)).find(({ to }) => to === MAX_DAY)?.standing;
  if (last === null || last === undefined) throw new Error('no standing');
  return last;
};

const arrested = { type: 'arrested', occurredOn: '2024-02-20' } as const;
const charged = { type: 'charged', occurredOn: '2024-02-20', articles: [ARTICLE] } as const;
const remanded = {
  type: 'remanded',
  occurredOn: '2024-02-21',
  measure: 'detention',
  facility: 'Kurdakhani',
} as const;
const convicted = {
  type: 'convicted',
  occurredOn: '2024-08-10',
  articles: [ARTICLE],
  // Imprisonment for life, since a reckoned end of the sentence would add periods to those expected here.
  sentence: { kind: 'imprisonment', life: true },
  facility: 'No. 2',
} as const;
/** A conviction that names no facility. */
const convictedElsewhere = { ...convicted, type: 'convicted', facility: undefined } as const;
const recognised = { type: 'recognised', occurredOn: '2024-06-14', list: 'union', category: 'believers' } as const;
const released = { type: 'released', occurredOn: '2024-09-01', reason: 'other' } as const;
const died = { type: 'died', occurredOn: '2024-10-01' } as const;

const onRemand = [arrested, charged, remanded] as const;
const serving = [...onRemand, convicted] as const;

describe('the axes that an event changes', () => {
  const custody = ['custody', 'facility'];
  const day = { occurredOn: '2024-09-01' };
  const list = { ...day, list: 'union', category: 'believers', reason: 'x' };
  const pardoned = { ...day, type: 'pardoned', decree: 'pardon-2023' } as const;
  const axesOfLast: readonly [string, CaseEventFields, readonly string[]][] = [
    ['an arrest that begins an episode', [arrested], [...custody, 'proceedings', 'sentence', 'list:*']],
    [
      'an arrest after a release',
      [arrested, released, { ...arrested, occurredOn: '2024-12-01' }],
      [...custody, 'proceedings', 'sentence', 'list:*'],
    ],
    ['an arrest within an episode', [charged, { ...arrested, occurredOn: '2024-12-01' }], custody],
    ['charged', [charged], ['proceedings']],
    ['remanded', [remanded], custody],
    ['tried', [{ ...day, type: 'tried' }], ['proceedings']],
    ['convicted', [convicted], [...custody, 'proceedings', 'sentence']],
    ['appealed', [{ ...day, type: 'appealed' }], ['proceedings']],
    ['appeal-decided', [{ ...day, type: 'appeal-decided', outcome: 'upheld' }], ['proceedings', 'sentence']],
    ['a transfer', [{ ...day, type: 'transferred', facility: 'x' }], ['facility']],
    ['a transfer to a hospital', [{ ...day, type: 'transferred', facility: 'x', medical: true }], custody],
    ['a transfer from a hospital', [{ ...day, type: 'transferred', facility: 'x', medical: false }], custody],
    ['mistreated', [{ ...day, type: 'mistreated', kind: 'torture' }], []],
    ['proposed', [{ ...list, type: 'proposed' }], ['list:union', 'category:union']],
    ['recognised', [{ ...list, type: 'recognised' }], ['list:union', 'category:union']],
    ['recategorised', [{ ...list, type: 'recategorised' }], ['category:union']],
    ['declined', [{ ...list, type: 'declined' }], ['list:union', 'category:union']],
    ['delisted', [{ ...list, type: 'delisted' }], ['list:union', 'category:union']],
    ['pardoned', [{ ...pardoned, effect: 'record-expunged' }], ['sentence']],
    ['pardoned from liability', [{ ...pardoned, effect: 'released-from-liability' }], ['sentence', 'proceedings']],
    ['amnestied', [{ ...day, type: 'amnestied', act: 'amnesty-2025', effect: 'replaced' }], ['sentence']],
    ['paroled', [{ ...day, type: 'paroled' }], ['sentence']],
    ['charges-dropped', [{ ...day, type: 'charges-dropped' }], ['proceedings', 'sentence']],
    ['acquitted', [{ ...day, type: 'acquitted' }], ['proceedings', 'sentence']],
    ['released', [released], custody],
    ['deported', [{ ...day, type: 'deported' }], custody],
    ['exchanged', [{ ...day, type: 'exchanged' }], custody],
    ['escaped', [{ ...day, type: 'escaped' }], custody],
    ['wanted', [{ ...day, type: 'wanted' }], custody],
    ['died', [died], custody],
  ];
  test.each(axesOfLast)('%s', (_, events, axes) => {
    expect(orderOf(withIds(...events)).datedEvents.at(-1)?.axes).toEqual(axes);
  });

  test('every type has a row', () => {
    const types = new Set<string | undefined>(axesOfLast.map(([, events]) => events.at(-1)?.type));
    expect(Object.keys(rules).filter((type) => !types.has(type))).toEqual([]);
  });

  test.each<[string, Axis, Axis, boolean]>([
    ['the same', 'custody', 'custody', true],
    ['two', 'custody', 'facility', false],
    ['every list and one of them', 'list:*', 'list:union', true],
    ['one list and every list', 'list:union', 'list:*', true],
    ['every list and a category of one', 'list:*', 'category:union', true],
    ['every list and something else', 'list:*', 'sentence', false],
    ['a list and its category', 'list:union', 'category:union', false],
    ['two lists', 'list:union', 'list:other', false],
  ])('shared or not: %s', (_, a, b, shared) => {
    expect(shareAxis([a], [b])).toBe(shared);
    expect(shareAxis(['proceedings', a], [b, 'facility'])).toBe(shared);
    expect(shareAxis([a], [])).toBe(false);
  });
});

describe('before the first event', () => {
  test('custody is unknown, which is not held; the other axes are none', () => {
    expect(standingAfter()).toEqual({
      custody: 'unknown',
      custodyEventId: null,
      proceedings: 'none',
      sentence: 'none',
      sentenceEnd: null,
      running: null,
      isForLife: false,
      articles: [],
      facility: null,
      incident: null,
      lists: [],
    });
  });
});

describe('custody', () => {
  test('an arrest detains', () => {
    given().when(arrested).then(custody('detained', 'f1'));
  });

  test('a remand to detention', () => {
    given(arrested).when(remanded).then(custody('remand', 'f2'));
  });

  test('a remand home', () => {
    given(arrested)
      .when({ ...remanded, measure: 'house-arrest' })
      .then(custody('house-arrest', 'f2'));
  });

  test('a conviction to imprisonment imprisons who is held', () => {
    given(...onRemand)
      .when(convicted)
      .then(custody('imprisoned', 'f4'));
  });

  test('a conviction to imprisonment imprisons who is under house arrest', () => {
    given(arrested, { ...remanded, measure: 'house-arrest' })
      .when(convicted)
      .then(custody('imprisoned', 'f3'));
  });

  test('a conviction to imprisonment of unknown term imprisons who is held', () => {
    given(arrested, remanded)
      .when({ ...convicted, sentence: { kind: 'imprisonment', term: 'unknown' } })
      .then(custody('imprisoned', 'f3'));
  });

  test('a conviction to nobody knows what leaves custody as it is', () => {
    given(arrested, remanded)
      .when({ ...convicted, sentence: { kind: 'unknown' } })
      .then(custody('remand', 'f2'));
  });

  test('a conviction on an unknown day imprisons from the day of the report', () => {
    given(arrested, remanded)
      .when({ ...convicted, occurredOn: '2024-02-20/2025-10-07' })
      .then(custody('imprisoned', 'f3'));
  });

  test.each([
    ['a conviction', { ...convicted, facility: undefined }, 'imprisoned'],
    ['a remand', { ...remanded, facility: undefined, occurredOn: '2024-08-10' }, 'remand'],
  ] as const)('%s leaves a patient in the hospital until he is moved', (_, event, afterwards) => {
    const inHospital = [
      ...onRemand,
      { type: 'transferred', occurredOn: '2024-07-01', facility: 'Hospital', medical: true },
    ] as const;
    given(...inHospital, event).then(standing({ custody: 'medical-custody', facility: 'Hospital' }));
    given(...inHospital, event, {
      type: 'transferred',
      occurredOn: '2024-09-01',
      facility: 'No. 2',
      medical: false,
    }).then(standing({ custody: afterwards, facility: 'No. 2' }));
    given(...inHospital, { ...event, facility: 'No. 5' }).then(standing({ custody: afterwards, facility: 'No. 5' }));
  });

  test('a conviction to a fine does not', () => {
    given(arrested, remanded)
      .when({ ...convicted, sentence: { kind: 'fine' } })
      .then(custody('remand', 'f2'));
  });

  test('a conviction on bail does not', () => {
    given(arrested, { ...released, occurredOn: '2024-03-01', reason: 'bail' })
      .when(convicted)
      .then(custody('free', 'f2'));
  });

  test('a release frees', () => {
    given(...serving)
      .when(released)
      .then(custody('free', 'f5'));
  });

  test('a release on parole is conditional', () => {
    given(...serving, { ...released, reason: 'parole' }).then(custody('conditional-liberty', 'f5'));
  });

  test('a release in an exchange is abroad', () => {
    given(...serving)
      .when({ ...released, reason: 'exchange' })
      .then(custody('abroad', 'f5'));
  });

  test('a deportation', () => {
    given(...serving)
      .when({ ...released, type: 'deported' })
      .then(custody('abroad', 'f5'));
  });

  test('an exchange', () => {
    given(...serving)
      .when({ ...released, type: 'exchanged' })
      .then(custody('abroad', 'f5'));
  });

  test('an escape', () => {
    given(...serving)
      .when({ ...released, type: 'escaped' })
      .then(custody('fugitive', 'f5'));
  });

  test('a search', () => {
    given().when({ type: 'wanted', occurredOn: '2024-01-01' }).then(custody('fugitive', 'f1'));
  });

  test('a death', () => {
    given(...serving)
      .when(died)
      .then(custody('deceased', 'f5'));
  });

  test('a transfer to a hospital', () => {
    given(...serving)
      .when({ type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true })
      .then(custody('medical-custody', 'f5'));
  });

  test('a transfer back from a hospital, also after a second hospital', () => {
    given(
      ...serving,
      { type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true },
      { type: 'transferred', occurredOn: '2024-09-02', facility: 'Hospital 2', medical: true },
    )
      .when({ type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 2', medical: false })
      .then(custody('imprisoned', 'f7'));
  });

  test('a transfer that was never to a hospital', () => {
    given(...serving)
      .when({ type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 4', medical: false })
      .then(custody('imprisoned', 'f4'));
  });

  test('a transfer of which nobody says whether it was medical', () => {
    given(...serving, { type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true })
      .when({ type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 4' })
      .then(custody('medical-custody', 'f5'));
  });

  test('a release from a hospital forgets it', () => {
    given(
      ...serving,
      { type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true },
      { ...released, occurredOn: '2024-09-02' },
      { type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 4', medical: false },
    ).then(custody('free', 'f6'));
  });

  test('an arrest after an escape imprisons who serves a sentence', () => {
    given(...serving, { type: 'escaped', occurredOn: '2024-09-01' })
      .when({ ...arrested, occurredOn: '2024-09-05' })
      .then(custody('imprisoned', 'f6'));
  });

  test('an arrest after an escape detains who does not', () => {
    given(arrested, { type: 'escaped', occurredOn: '2024-09-01' })
      .when({ ...arrested, occurredOn: '2024-09-05' })
      .then(custody('detained', 'f3'));
  });

  test('an arrest of somebody convicted in absentia imprisons', () => {
    given({ ...convicted, occurredOn: '2024-01-01', inAbsentia: true })
      .when(arrested)
      .then(custody('imprisoned', 'f2'));
  });

  test('an arrest after an escape detains whose sentence is extinguished', () => {
    given(
      ...serving,
      { type: 'pardoned', occurredOn: '2024-08-20', decree: 'pardon-2023', effect: 'released-from-imprisonment' },
      { type: 'escaped', occurredOn: '2024-09-01' },
    )
      .when({ ...arrested, occurredOn: '2024-09-05' })
      .then(custody('detained', 'f7'));
  });

  test('an arrest of somebody fined in absentia detains', () => {
    given({ ...convicted, occurredOn: '2024-01-01', inAbsentia: true, sentence: { kind: 'fine' } })
      .when(arrested)
      .then(custody('detained', 'f2'));
  });

  test('what repeats a custody leaves its cause', () => {
    given(arrested, remanded)
      .when({ ...remanded, occurredOn: '2024-05-01' })
      .then(custody('remand', 'f2'));
  });

  test('only a release changes custody, not an amnesty', () => {
    given(...serving)
      .when({ type: 'amnestied', occurredOn: '2025-12-23', act: 'amnesty-2025', effect: 'released-from-imprisonment' })
      .then(custody('imprisoned', 'f4'));
  });
});

describe('proceedings and sentence', () => {
  const clemency = (type: 'pardoned' | 'amnestied', effect: string, more: object = {}): CaseEventFields[number] =>
    type === 'pardoned'
      ? { type, occurredOn: '2025-12-23', decree: 'pardon-2023', effect, ...more }
      : { type, occurredOn: '2025-12-23', act: 'amnesty-2025', effect, ...more };
  const appealed = { type: 'appealed', occurredOn: '2024-09-01' } as const;
  const decided = (outcome: string, more: object = {}): CaseEventFields[number] => ({
    type: 'appeal-decided',
    occurredOn: '2024-10-01',
    outcome,
    ...more,
  });
  const fine = { kind: 'fine' } as const;
  const life = { kind: 'imprisonment', life: true } as const;

  test('a charge', () => {
    given()
      .when(charged)
      .then(standing({ proceedings: 'charged', sentence: 'none' }));
  });

  test('a trial', () => {
    given()
      .when({ type: 'tried', occurredOn: '2024-05-01' })
      .then(standing({ proceedings: 'on-trial' }));
  });

  test('a conviction', () => {
    given(...onRemand)
      .when(convicted)
      .then(standing({ proceedings: 'convicted', sentence: 'active', isForLife: true }));
  });

  test('a suspended sentence', () => {
    given(arrested)
      .when({ ...convicted, sentence: { kind: 'suspended' } })
      .then(standing({ proceedings: 'convicted', sentence: 'suspended', isForLife: false }));
  });

  test('an appeal', () => {
    given(...serving)
      .when({ type: 'appealed', occurredOn: '2024-09-01' })
      .then(standing({ proceedings: 'on-appeal', sentence: 'active' }));
  });

  test('an appeal upheld', () => {
    given(...serving, appealed)
      .when(decided('upheld'))
      .then(standing({ proceedings: 'final', sentence: 'active', isForLife: true }));
  });

  test('an appeal reducing', () => {
    given(...serving, appealed)
      .when(decided('reduced', { newSentence: fine }))
      .then(standing({ proceedings: 'final', sentence: 'active', isForLife: false }));
  });

  test('an appeal increasing', () => {
    given(...serving, appealed)
      .when(decided('increased', { newSentence: life }))
      .then(standing({ proceedings: 'final', sentence: 'active', isForLife: true }));
  });

  test('an appeal suspending', () => {
    given(...serving, appealed)
      .when(decided('suspended'))
      .then(standing({ proceedings: 'final', sentence: 'suspended' }));
  });

  test('an appeal quashing', () => {
    given(...serving, appealed)
      .when(decided('quashed'))
      .then(standing({ proceedings: 'quashed', sentence: 'extinguished' }));
  });

  test('a retrial', () => {
    given(...serving, appealed)
      .when(decided('retrial'))
      .then(standing({ proceedings: 'on-trial', sentence: 'extinguished' }));
  });

  test('dropped charges', () => {
    given(arrested, charged)
      .when({ type: 'charges-dropped', occurredOn: '2024-09-01' })
      .then(standing({ proceedings: 'terminated', sentence: 'none' }));
  });

  test('an acquittal', () => {
    given(arrested, charged)
      .when({ type: 'acquitted', occurredOn: '2024-09-01' })
      .then(standing({ proceedings: 'acquitted', sentence: 'none' }));
  });

  test('an acquittal after a conviction', () => {
    given(...serving)
      .when({ type: 'acquitted', occurredOn: '2024-09-01' })
      .then(standing({ proceedings: 'acquitted', sentence: 'extinguished' }));
  });

  test('charges dropped after a conviction', () => {
    given(...serving)
      .when({ type: 'charges-dropped', occurredOn: '2024-09-01' })
      .then(standing({ proceedings: 'terminated', sentence: 'extinguished' }));
  });

  test('a parole suspends', () => {
    given(...serving)
      .when({ type: 'paroled', occurredOn: '2024-09-01' })
      .then(standing({ proceedings: 'convicted', sentence: 'suspended' }));
  });

  test('a parole of an extinguished sentence changes nothing', () => {
    given(...serving, clemency('amnestied', 'released-from-imprisonment'))
      .when({ type: 'paroled', occurredOn: '2025-12-24' })
      .then(standing({ sentence: 'extinguished' }));
  });

  test('released from imprisonment', () => {
    given(...serving)
      .when(clemency('amnestied', 'released-from-imprisonment'))
      .then(standing({ proceedings: 'convicted', sentence: 'extinguished' }));
  });

  test('released from a non-custodial sentence', () => {
    given(...serving)
      .when(clemency('pardoned', 'released-from-non-custodial'))
      .then(standing({ proceedings: 'convicted', sentence: 'extinguished' }));
  });

  test('released from liability before a verdict', () => {
    given(arrested, charged)
      .when(clemency('amnestied', 'released-from-liability'))
      .then(standing({ proceedings: 'terminated', sentence: 'none' }));
  });

  test('released from liability after it', () => {
    given(...serving)
      .when(clemency('amnestied', 'released-from-liability'))
      .then(standing({ proceedings: 'terminated', sentence: 'extinguished' }));
  });

  test('the record expunged', () => {
    given(...serving)
      .when(clemency('pardoned', 'record-expunged'))
      .then(standing({ proceedings: 'convicted', sentence: 'extinguished' }));
  });

  test('the record expunged of who has no sentence', () => {
    given(arrested)
      .when(clemency('pardoned', 'record-expunged'))
      .then(standing({ proceedings: 'none', sentence: 'none' }));
  });

  test('replaced by a fine', () => {
    given(...serving)
      .when(clemency('pardoned', 'replaced', { replacement: fine }))
      .then(standing({ sentence: 'active', isForLife: false }));
  });

  test('replaced by nobody knows what', () => {
    given(...serving)
      .when(clemency('pardoned', 'replaced'))
      .then(standing({ sentence: 'active', isForLife: true }));
  });

  test('reduced by nobody knows how much', () => {
    given(...serving)
      .when(clemency('pardoned', 'term-reduced'))
      .then(standing({ sentence: 'active', isForLife: true, sentenceEnd: null }));
  });

  test('only imprisonment passed on appeal imprisons on a later arrest', () => {
    given(...serving, appealed, decided('reduced', { newSentence: fine }), {
      type: 'escaped',
      occurredOn: '2024-11-01',
    })
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing({ custody: 'detained' }));
  });

  describe('charged anew while serving', () => {
    const term = { ...convicted, sentence: { kind: 'imprisonment', term: 'P3Y' } } as const;
    const end = { earliest: day('2027-02-20'), latest: day('2027-02-20') };
    const other = { code: 'AZ-CC', article: '317-1' } as const;
    const chargedAnew = { type: 'charged', occurredOn: '2025-01-10', articles: [other] } as const;
    const anew = [...onRemand, term, chargedAnew] as const;
    const ended = { occurredOn: '2025-03-01' } as const;
    // The last standing, in which the sentence has come to its end.
    const serves = { custody: 'imprisoned', sentence: 'completed', sentenceEnd: end, articles: ['234.4.3'] } as const;

    test('the sentence runs on beside the charge', () => {
      given(...onRemand, term)
        .when(chargedAnew)
        .then(standing({ ...serves, proceedings: 'charged', articles: ['317-1'] }));
    });

    test.each([
      ['acquitted', [{ ...ended, type: 'acquitted' }]],
      [
        'acquitted after a trial',
        [
          { ...ended, type: 'tried' },
          { ...ended, type: 'acquitted' },
        ],
      ],
      ['charges dropped', [{ ...ended, type: 'charges-dropped' }]],
      ['released from liability', [clemency('amnestied', 'released-from-liability')]],
    ] as const)('%s: the conviction stands as it was', (_, end) => {
      given(...anew)
        .when(...end)
        .then(standing({ ...serves, proceedings: 'convicted' }));
    });

    test('acquitted of both, if one after the other', () => {
      given(...anew, { ...ended, type: 'acquitted' })
        .when({ ...ended, type: 'acquitted', occurredOn: '2025-04-01' })
        .then(standing({ proceedings: 'acquitted', sentence: 'extinguished' }));
    });

    test('an appeal is about the conviction', () => {
      given(...anew, { ...appealed, occurredOn: '2025-01-20' }, decided('upheld', { occurredOn: '2025-02-01' }))
        .when({ ...ended, type: 'acquitted' })
        .then(standing({ ...serves, proceedings: 'final' }));
    });

    test('a retrial leaves no conviction to go back to', () => {
      given(...anew, decided('retrial', { occurredOn: '2025-02-01' }))
        .when({ ...ended, type: 'acquitted' })
        .then(standing({ proceedings: 'acquitted', sentence: 'extinguished' }));
    });

    test('a further sentence may count from any day between arrest and judgment, unless the court said', () => {
      const further = {
        ...term,
        occurredOn: '2025-06-01',
        articles: [other],
        sentence: { kind: 'imprisonment', term: 'P2Y' },
      } as const;
      given(...anew)
        .when(further)
        .then(accepted('warn CASE.CONVICTED_WHILE_SERVING'));
      given(...anew, further).then(
        standing({ articles: ['317-1'], sentenceEnd: { earliest: day('2026-02-20'), latest: day('2027-06-01') } }),
      );
      given(...anew, { ...further, countedFrom: '2025-06-01' }).then(
        standing({ sentenceEnd: { earliest: day('2027-06-01'), latest: day('2027-06-01') } }),
      );
    });

    test.each(['fine', 'restriction', 'suspended'] as const)('a %s leaves the sentence running', (kind) => {
      given(...anew, { ...term, occurredOn: '2025-06-01', articles: [other], sentence: { kind } }).then(
        standing({ ...serves, proceedings: 'convicted' }),
      );
    });
  });

  test('whoever awaited the judgment at liberty is arrested to serve it', () => {
    const onBail = [arrested, charged, recognised, { ...released, occurredOn: '2024-07-01', reason: 'bail' }] as const;
    const again = { ...arrested, occurredOn: '2024-08-20' } as const;
    given(...onBail, convicted)
      .when(again)
      .then(standing({ custody: 'imprisoned', proceedings: 'convicted', sentence: 'active' }));
    given(...onBail)
      .when(again)
      .then(standing({ custody: 'detained', proceedings: 'none', lists: [] }));
  });

  test('a conviction after a sentence that was served belongs to it no longer: the next arrest starts anew', () => {
    given(
      ...serving,
      released,
      { ...convicted, occurredOn: '2024-10-01' },
      { ...arrested, occurredOn: '2024-11-01' },
    ).then(standing({ custody: 'detained', proceedings: 'none', sentence: 'none' }));
  });

  test('an article of the general part stands before the one that it belongs to, behind the code', () => {
    const articles = [
      { ...ARTICLE, article: '220', part: '1', generalPart: '28' },
      { code: 'AZ-OCC', article: '70-2', generalPart: '15' },
    ];
    given(arrested, { ...charged, articles }).then(standing({ articles: ['28/220.1', 'AZ-OCC:15/70-2'] }));
  });

  test('articles are those of the last charge or judgment, sorted, each once, other codes named', () => {
    const other = { code: 'AZ-CAO', article: '535' };
    given(arrested, { ...charged, articles: [other, ARTICLE, ARTICLE] }).then(
      standing({ articles: ['234.4.3', 'AZ-CAO:535'] }),
    );
    given(...onRemand, { ...convicted, articles: [other] }).then(standing({ articles: ['AZ-CAO:535'] }));
  });
});

describe('facility and incident', () => {
  test('a remand names it', () => {
    given(arrested)
      .when(remanded)
      .then(standing({ facility: 'Kurdakhani' }));
  });

  test('a remand that names none leaves it', () => {
    given(arrested, remanded)
      .when({ type: 'remanded', occurredOn: '2024-03-01', measure: 'detention' })
      .then(standing({ facility: 'Kurdakhani' }));
  });

  test('at home there is none', () => {
    given(arrested, remanded)
      .when({ ...remanded, occurredOn: '2024-03-01', measure: 'house-arrest' })
      .then(standing({ facility: null }));
  });

  test('a conviction names it', () => {
    given(...onRemand)
      .when(convicted)
      .then(standing({ facility: 'No. 2' }));
  });

  test('a conviction that names none leaves it', () => {
    given(arrested, remanded)
      .when(convictedElsewhere)
      .then(standing({ facility: 'Kurdakhani' }));
  });

  test('a transfer names it', () => {
    given(...serving)
      .when({ type: 'transferred', occurredOn: '2024-09-01', facility: 'No. 16' })
      .then(standing({ facility: 'No. 16' }));
  });

  test('a release ends it', () => {
    given(...serving)
      .when(released)
      .then(standing({ facility: null }));
  });

  test('a death ends it', () => {
    given(...serving)
      .when(died)
      .then(standing({ facility: null }));
  });

  test('an arrest knows none', () => {
    given(...serving, released)
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing({ facility: null }));
  });

  test('an incident is named by an arrest, kept by the next of the episode, and ends with it', () => {
    const named = { ...arrested, incident: 'soyudlu-2023' };
    const escaped = { type: 'escaped', occurredOn: '2024-03-01' } as const;
    const again = { ...arrested, occurredOn: '2024-12-01' };
    given(named).then(standing({ incident: 'soyudlu-2023' }));
    given(named, escaped, again).then(standing({ incident: 'soyudlu-2023' }));
    given(named, escaped, { ...again, incident: 'imishli-2024' }).then(standing({ incident: 'imishli-2024' }));
    given(named, released, again).then(standing({ incident: null }));
  });
});

describe('recognition', () => {
  const union = (recognition: string, category: string | null, by: string): object => ({
    lists: [{ list: 'union', recognition, category, by }],
  });
  const on = (
    type: 'proposed' | 'declined' | 'delisted' | 'recategorised',
    more: object = {},
  ): CaseEventFields[number] => ({
    type,
    occurredOn: '2024-07-01',
    list: 'union',
    reason: 'other',
    ...more,
  });
  test('proposed', () => {
    given(arrested)
      .when(on('proposed'))
      .then(standing(union('proposed', null, 'f2')));
  });

  test('recognised', () => {
    given(arrested)
      .when(recognised)
      .then(standing(union('recognised', 'believers', 'f2')));
  });

  test('recategorised', () => {
    given(arrested, recognised)
      .when(on('recategorised', { category: 'journalists' }))
      .then(standing(union('recognised', 'journalists', 'f2')));
  });

  test('recategorised by a list that does not recognise', () => {
    given(arrested, on('recategorised', { category: 'journalists' })).then(standing({ lists: [] }));
  });

  test('recategorised after delisting', () => {
    given(
      arrested,
      recognised,
      { ...on('delisted'), occurredOn: '2024-06-20' },
      on('recategorised', { category: 'journalists' }),
    ).then(standing(union('delisted', null, 'f3')));
  });

  test('declined', () => {
    given(arrested)
      .when(on('declined'))
      .then(standing(union('declined', null, 'f2')));
  });

  test('delisted', () => {
    given(arrested, recognised)
      .when(on('delisted'))
      .then(standing(union('delisted', null, 'f3')));
  });

  test('by two lists, sorted', () => {
    given(arrested, recognised, { ...recognised, list: 'other' }).then(
      standing({
        lists: [
          { list: 'other', recognition: 'recognised', category: 'believers', by: 'f3' },
          { list: 'union', recognition: 'recognised', category: 'believers', by: 'f2' },
        ],
      }),
    );
  });

  test('a new episode ends it', () => {
    given(arrested, recognised, released)
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing({ lists: [] }));
  });

  test('a first arrest after it begins the episode', () => {
    given(recognised)
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing({ lists: [] }));
  });

  test('a first arrest after a charge is of its episode', () => {
    given({ ...charged, occurredOn: '2024-01-01' }, recognised)
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing(union('recognised', 'believers', 'f2')));
  });

  test('an arrest after an escape does not', () => {
    given(arrested, recognised, { type: 'escaped', occurredOn: '2024-09-01' })
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing(union('recognised', 'believers', 'f2')));
  });

  test('an arrest after deportation does', () => {
    given(arrested, recognised, { type: 'deported', occurredOn: '2024-09-01' })
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing({ lists: [] }));
  });

  test('an arrest after a release and a search does', () => {
    given(arrested, recognised, released, { type: 'wanted', occurredOn: '2024-10-01' })
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing({ lists: [] }));
  });

  test('an arrest after a remand alone does, which begins none', () => {
    given(remanded, recognised, { ...arrested, occurredOn: '2024-12-01' }).then(standing({ lists: [] }));
  });

  test('an arrest after a release and a remand does not', () => {
    given(
      arrested,
      recognised,
      released,
      { ...remanded, occurredOn: '2024-09-10' },
      { type: 'escaped', occurredOn: '2024-10-01' },
    )
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing(union('recognised', 'believers', 'f2')));
  });

  test('a new episode begins with nothing but the detention', () => {
    given(...serving, recognised, released)
      .when({ ...arrested, occurredOn: '2024-12-01' })
      .then(standing({ ...standingAfter(), custody: 'detained', custodyEventId: 'f7' }));
  });

  test('mistreatment changes no axis', () => {
    given(...serving)
      .when({ type: 'mistreated', occurredOn: '2024-09-01', kind: 'torture' })
      .then(standing(standingAfter(...serving)));
  });
});

describe('findings', () => {
  const act = {
    type: 'amnestied',
    occurredOn: '2025-12-23',
    act: 'amnesty-2025',
    effect: 'released-from-imprisonment',
  } as const;
  const decree = {
    type: 'pardoned',
    occurredOn: '2023-05-27',
    decree: 'pardon-2023',
    effect: 'released-from-liability',
  } as const;
  test('a plain course', () => {
    given(...serving, recognised)
      .when(released)
      .then(accepted());
  });

  test('arrested while held', () => {
    given(arrested)
      .when({ ...arrested, occurredOn: '2024-03-01' })
      .then(refused('ask CASE.ALREADY_HELD'));
  });

  test('arrested while under house arrest', () => {
    given(arrested, { ...remanded, measure: 'house-arrest' })
      .when({ ...arrested, occurredOn: '2024-03-01' })
      .then(refused('ask CASE.ALREADY_HELD'));
  });

  test('arrested after a release', () => {
    given(arrested, { ...released, occurredOn: '2024-03-01' })
      .when({ ...arrested, occurredOn: '2024-04-01' })
      .then(accepted());
  });

  test('released while not held', () => {
    given().when(released).then(refused('ask CASE.NOT_HELD'));
  });

  test('transferred while not held', () => {
    given().when({ type: 'transferred', occurredOn: '2024-01-01', facility: 'x' }).then(refused('ask CASE.NOT_HELD'));
  });

  test('remanded while not held', () => {
    given().when(remanded).then(refused('ask CASE.NOT_HELD'));
  });

  test('escaped while not held', () => {
    given().when({ type: 'escaped', occurredOn: '2024-01-01' }).then(refused('ask CASE.NOT_HELD'));
  });

  test('wanted, deported and exchanged while not held', () => {
    given({ type: 'wanted', occurredOn: '2024-01-01' }, { type: 'deported', occurredOn: '2024-01-02' })
      .when({ type: 'exchanged', occurredOn: '2024-01-03' })
      .then(accepted());
  });

  test('convicted with no arrest', () => {
    given().when(convicted).then(refused('ask CASE.NOT_ARRESTED'));
  });

  test('convicted with no arrest, though charged', () => {
    given({ ...charged, occurredOn: '2024-01-01' })
      .when(convicted)
      .then(refused('ask CASE.NOT_ARRESTED'));
  });

  test('convicted in absentia', () => {
    given()
      .when({ ...convicted, inAbsentia: true })
      .then(accepted());
  });

  test('convicted not in absentia', () => {
    given()
      .when({ ...convicted, inAbsentia: false })
      .then(refused('ask CASE.NOT_ARRESTED'));
  });

  test('convicted on bail', () => {
    given(arrested, { ...released, occurredOn: '2024-03-01', reason: 'bail' })
      .when(convicted)
      .then(accepted());
  });

  test('paroled with no conviction', () => {
    given(arrested).when({ type: 'paroled', occurredOn: '2024-09-01' }).then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('appealed with no conviction', () => {
    given(arrested, charged)
      .when({ type: 'appealed', occurredOn: '2024-09-01' })
      .then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('appealed with no conviction and no arrest', () => {
    given(charged).when({ type: 'appealed', occurredOn: '2024-09-01' }).then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('an appeal decided with no conviction', () => {
    given(arrested, charged)
      .when({ type: 'appeal-decided', occurredOn: '2024-09-01', outcome: 'upheld' })
      .then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('an appeal after a retrial was ordered', () => {
    given(...serving, { type: 'appeal-decided', occurredOn: '2024-09-01', outcome: 'retrial' })
      .when({ type: 'appealed', occurredOn: '2024-09-02' })
      .then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('amnestied from imprisonment with no conviction', () => {
    given(arrested).when(act).then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('amnestied from imprisonment while not held, or by another effect', () => {
    given(...serving, released)
      .when(act)
      .then(refused('ask CASE.NOT_HELD'));
    given(...serving, released)
      .when({ ...act, effect: 'released-from-non-custodial' })
      .then(accepted());
  });

  test('amnestied twice by an act, whatever its effect, or by two acts', () => {
    given(...serving, { ...act, effect: 'term-reduced', reducedBy: 'P6M' })
      .when(act)
      .then(refused('ask CASE.ALREADY_REACHED'));
    given(...serving, { ...act, effect: 'term-reduced', reducedBy: 'P6M' })
      .when(decree)
      .then(accepted());
  });

  test('amnestied from imprisonment with a conviction in an earlier episode', () => {
    given(...serving, released, { ...arrested, occurredOn: '2025-01-01' })
      .when(act)
      .then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('a term reduced with no conviction', () => {
    given(arrested)
      .when({ ...act, effect: 'term-reduced' })
      .then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('a sentence replaced with no conviction', () => {
    given(arrested)
      .when({ ...act, effect: 'replaced' })
      .then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('released from a non-custodial sentence with no conviction', () => {
    given(arrested)
      .when({ ...act, effect: 'released-from-non-custodial' })
      .then(refused('ask CASE.NOT_CONVICTED'));
  });

  test('released from liability with no conviction', () => {
    given(arrested)
      .when({ ...act, effect: 'released-from-liability' })
      .then(accepted());
  });

  test('recognised while not held', () => {
    given().when(recognised).then(accepted('warn CASE.RECOGNISED_NOT_HELD'));
  });

  test('recategorised while not recognised', () => {
    given(arrested)
      .when({ type: 'recategorised', occurredOn: '2024-07-01', list: 'union', category: 'believers' })
      .then(refused('ask CASE.NOT_RECOGNISED'));
  });

  test('delisted while not recognised', () => {
    given(arrested)
      .when({ type: 'delisted', occurredOn: '2024-07-01', list: 'union', reason: 'x' })
      .then(refused('ask CASE.NOT_RECOGNISED'));
  });

  test('delisted by another list', () => {
    given(arrested, recognised)
      .when({ type: 'delisted', occurredOn: '2024-07-01', list: 'strict', reason: 'x' })
      .then(refused('ask CASE.NOT_RECOGNISED'));
  });

  test('released a day after the amnesty', () => {
    given(...serving, act)
      .when({ ...released, occurredOn: '2025-12-24', reason: 'amnesty' })
      .then(accepted('warn CASE.RELEASE_DELAYED'));
  });

  test('released on the day of the amnesty', () => {
    given(...serving, act)
      .when({ ...released, occurredOn: '2025-12-23', reason: 'amnesty' })
      .then(accepted());
  });

  test('released perhaps on the day of the amnesty', () => {
    given(...serving, { ...act, occurredOn: '2025-12', id: 'a' })
      .when({ ...released, occurredOn: '2025-12-24', reason: 'amnesty' })
      .then(accepted());
  });

  test('released for another reason after an amnesty', () => {
    given(...serving, act)
      .when({ ...released, occurredOn: '2025-12-24' })
      .then(accepted());
  });

  test('released by amnesty with none told', () => {
    given(...serving)
      .when({ ...released, occurredOn: '2025-12-24', reason: 'amnesty' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('released by pardon with none told', () => {
    given(...serving)
      .when({ ...released, reason: 'pardon' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('released by pardon, where only an amnesty is told', () => {
    given(...serving, act)
      .when({ ...released, occurredOn: '2025-12-23', reason: 'pardon' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('released by pardon on its day', () => {
    given(...serving, { ...decree, occurredOn: '2024-09-01' })
      .when({ ...released, reason: 'pardon' })
      .then(accepted());
  });

  test('released by pardon before it', () => {
    given()
      .when(...serving, { ...released, reason: 'pardon' }, { ...decree, occurredOn: '2024-09-02' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('released by pardon perhaps before it', () => {
    given(...serving, { ...released, reason: 'pardon' })
      .when({ ...decree, occurredOn: '2024-09' })
      .then(accepted());
  });

  test('released by the pardon of an earlier episode', () => {
    given(
      ...serving,
      { ...decree, occurredOn: '2024-09-01' },
      { ...released, reason: 'pardon' },
      { ...arrested, occurredOn: '2024-10-01' },
    )
      .when({ ...released, occurredOn: '2024-11-01', reason: 'pardon' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('released on parole with none told', () => {
    given(...serving)
      .when({ ...released, reason: 'parole' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('released on parole on its day', () => {
    given(...serving, { type: 'paroled', occurredOn: '2024-09-01' })
      .when({ ...released, reason: 'parole' })
      .then(accepted());
  });

  test('released from a sentence served that nobody passed', () => {
    given(arrested)
      .when({ ...released, reason: 'sentence-served' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('released from a sentence served that a pardon ended', () => {
    given(
      arrested,
      { ...convicted, sentence: { kind: 'imprisonment', term: 'P3Y' } },
      { ...decree, occurredOn: '2024-09-01' },
    )
      .when({ ...released, occurredOn: '2024-09-01', reason: 'sentence-served' })
      .then(refused('ask CASE.RELEASE_UNFOUNDED'));
  });

  test('arrested after death', () => {
    given(arrested, died)
      .when({ ...arrested, occurredOn: '2024-11-01' })
      .then(refused('refuse CASE.DECEASED'));
  });

  test('charged after death', () => {
    given(arrested, died)
      .when({ ...charged, occurredOn: '2024-11-01' })
      .then(refused('refuse CASE.DECEASED'));
  });

  test('recognised after death', () => {
    given(arrested, died)
      .when({ ...recognised, occurredOn: '2024-11-01' })
      .then(accepted('warn CASE.RECOGNISED_NOT_HELD'));
  });

  test('died twice', () => {
    given(died)
      .when({ ...died, occurredOn: '2024-11-01' })
      .then(refused('refuse CASE.DECEASED'));
  });

  test('an unknown list', () => {
    given(arrested)
      .when({ ...recognised, list: 'nobody' })
      .then(refused('refuse LIST.UNKNOWN'));
  });

  test('an unknown list of a reference', () => {
    given().when({ type: 'referenced', list: 'nobody', reference: '1' }).then(refused('refuse LIST.UNKNOWN'));
  });

  test('an unknown list of a reference of a new dossier', () => {
    given()
      .when({
        type: 'opened',
        names: [],
        references: [
          { list: 'nobody', reference: '1' },
          { list: 'union', reference: '1' },
        ],
      })
      .then(refused('refuse LIST.UNKNOWN'));
  });

  test('a dossier without references', () => {
    given().when({ type: 'opened', names: [] }).then(accepted());
  });

  test('a dossier begun three times', () => {
    given({ type: 'opened', names: [] }, arrested, { type: 'opened', names: [] })
      .when({ type: 'opened', names: [] })
      .then(refused('refuse CASE.ALREADY_OPENED'));
  });

  test('an unknown category', () => {
    given(arrested)
      .when({ ...recognised, category: 'nobody' })
      .then(refused('refuse CATEGORY.UNKNOWN'));
  });

  test('an unknown category moved to', () => {
    given(arrested, recognised)
      .when({ type: 'recategorised', occurredOn: '2024-07-01', list: 'union', category: 'nobody' })
      .then(refused('refuse CATEGORY.UNKNOWN'));
  });

  test('criteria demanded and missing', () => {
    given(arrested)
      .when({ ...recognised, list: 'strict' })
      .then(refused('refuse RECOGNITION.CRITERIA_REQUIRED'));
  });

  test('criteria demanded and empty', () => {
    given(arrested)
      .when({ ...recognised, list: 'strict', criteria: [] })
      .then(refused('refuse RECOGNITION.CRITERIA_REQUIRED'));
  });

  test('criteria demanded and given', () => {
    given(arrested)
      .when({ ...recognised, list: 'strict', criteria: [{ letter: 'a', rationale: 'because' }] })
      .then(accepted());
  });

  test('criteria demanded only later', () => {
    given({ ...arrested, occurredOn: '2019-01-01' })
      .when({ ...recognised, occurredOn: '2019-12-31', list: 'strict' })
      .then(accepted());
  });

  test('criteria are not demanded for another category', () => {
    given(arrested, { ...recognised, list: 'strict', criteria: [{ letter: 'a', rationale: 'because' }] })
      .when({ type: 'recategorised', occurredOn: '2024-07-01', list: 'strict', category: 'journalists' })
      .then(accepted());
  });

  test('an unknown act', () => {
    given(...serving)
      .when({ ...act, act: 'nobody' })
      .then(refused('refuse INSTRUMENT.UNKNOWN'));
  });

  test('an unknown decree', () => {
    given(...serving)
      .when({ ...decree, decree: 'nobody' })
      .then(refused('refuse INSTRUMENT.UNKNOWN'));
  });

  test('amnestied by a decree', () => {
    given(...serving)
      .when({ ...act, act: 'pardon-2023' })
      .then(refused('refuse INSTRUMENT.WRONG_KIND'));
  });

  test('pardoned by an act', () => {
    given(...serving)
      .when({ ...decree, decree: 'amnesty-2025' })
      .then(refused('refuse INSTRUMENT.WRONG_KIND'));
  });

  test('amnestied on the day before the act is in force', () => {
    given(...serving)
      .when({ ...act, occurredOn: '2025-12-21' })
      .then(refused('refuse INSTRUMENT.NOT_IN_FORCE'));
  });

  test('amnestied on the day the act is in force', () => {
    given(...serving)
      .when({ ...act, occurredOn: '2025-12-22' })
      .then(accepted());
  });

  test('amnestied in the month in which the act came into force', () => {
    given(...serving)
      .when({ ...act, occurredOn: '2025-12' })
      .then(accepted());
  });

  test('pardoned on the day before the decree', () => {
    given()
      .when({ ...decree, occurredOn: '2023-05-26' })
      .then(refused('refuse INSTRUMENT.NOT_IN_FORCE'));
  });

  test('pardoned on the day of the decree', () => {
    given().when(decree).then(accepted());
  });

  test('amnestied on the last day of the window', () => {
    given(...serving)
      .when({ ...act, occurredOn: '2026-04-22' })
      .on('2026-05-01')
      .then(accepted());
  });

  test('amnestied after the window', () => {
    given(...serving)
      .when({ ...act, occurredOn: '2026-04-23' })
      .on('2026-05-01')
      .then(accepted('warn INSTRUMENT.WINDOW_CLOSED'));
  });

  test('a known clause', () => {
    given(...serving)
      .when({ ...act, clause: 'six-months-drugs' })
      .then(accepted());
  });

  test('an unknown clause', () => {
    given(...serving)
      .when({ ...act, clause: 'nobody' })
      .then(refused('refuse INSTRUMENT.CLAUSE_UNKNOWN'));
  });

  const threeYears = { kind: 'imprisonment', term: 'P3Y' } as const;
  const reduced = { ...act, occurredOn: '2026-01-10', effect: 'term-reduced', reducedBy: 'P1Y' } as const;
  test.each<[string, object, CaseEventFields, string, boolean]>([
    ['on the day of its end', threeYears, [], '2027-02-20', true],
    ['on the day before its end', threeYears, [], '2027-02-19', false],
    ['in the month of its end', threeYears, [], '2027-02', true],
    ['in the month before its end', threeYears, [], '2027-01', false],
    ['on the day of its end after a reduction', threeYears, [reduced], '2026-02-20', true],
    ['on the day before its end after a reduction', threeYears, [reduced], '2026-02-19', false],
    ['of an unknown term', { kind: 'imprisonment', term: 'unknown' }, [], '2024-09-01', true],
    ['of life', { kind: 'imprisonment', life: true }, [], '2044-09-01', false],
  ])('released from a sentence served, %s', (_, sentence, more, occurredOn, isFounded) => {
    const judged = { ...convicted, sentence } as CaseEventFields[number];
    const events = withIds(arrested, judged, ...more, { ...released, occurredOn, reason: 'sentence-served' });
    const findings = findingsIn(events, { ...REFERENCE_DATA, today: REFERENCE_DATA.today + 10_000 });
    expect(findings.map(({ grade, code }) => `${grade} ${code}`)).toEqual(
      isFounded ? [] : ['ask CASE.RELEASE_UNFOUNDED'],
    );
  });

  test('a finding names the events that collide, sorted', () => {
    const events: readonly EventWithId<CaseEvent>[] = withIds(
      { ...arrested, id: 'b' },
      { ...arrested, id: 'a', occurredOn: '2024-03-01' },
    );
    expect(findingsIn(events, REFERENCE_DATA)).toEqual([
      {
        code: 'CASE.ALREADY_HELD',
        grade: 'ask',
        events: ['a', 'b'],
        expected: expect.stringContaining('double report'),
      },
    ]);
    expect(findingsIn(withIds(released), REFERENCE_DATA)).toEqual([
      { code: 'CASE.NOT_HELD', grade: 'ask', events: ['f1'], expected: expect.stringContaining('while not held') },
    ]);
    const begun = withIds({ type: 'opened', names: [], id: 'q' }, arrested, { type: 'opened', names: [], id: 'p' });
    for (const events of [begun, begun.toReversed()])
      expect(findingsIn(events, REFERENCE_DATA)).toEqual([
        { code: 'CASE.ALREADY_OPENED', grade: 'refuse', events: ['p', 'q'], expected: 'A case is opened once.' },
      ]);
    const dead = withIds({ ...died, id: 'z' }, { ...arrested, occurredOn: '2024-11-01', id: 'y' });
    expect(findingsIn(dead, REFERENCE_DATA)[0]?.events).toEqual(['y', 'z']);
  });

  test('findings stand by code and events, and the events in their order', () => {
    const events = withIds(
      released,
      { ...arrested, occurredOn: '2027-01-01' },
      { ...recognised, category: 'x' },
      charged,
      {
        ...released,
        occurredOn: '2024-09-02',
      },
    );
    expect(findingsIn(events, REFERENCE_DATA).map(({ code, events }) => [code, ...events].join(' '))).toEqual([
      'CASE.NOT_HELD f1',
      'CASE.NOT_HELD f1 f5',
      'CASE.RECOGNISED_NOT_HELD f3',
      'CATEGORY.UNKNOWN f3',
      'DATE.FUTURE f2',
    ]);
    expect(orderOf(events).datedEvents.map(({ id }) => id)).toEqual(['f4', 'f3', 'f1', 'f5', 'f2']);
  });

  test('a day whose earliest meaning is today is not in the future, tomorrow is', () => {
    const on = (occurredOn: string): readonly string[] =>
      findingsIn(withIds({ ...arrested, occurredOn }), REFERENCE_DATA).map(({ code }) => code);
    expect(on('2026-01-05')).toEqual([]);
    expect(on('2026-01-06')).toEqual(['DATE.FUTURE']);
    expect(on('2026')).toEqual([]);
    expect(on('2026-01-05/2026-02')).toEqual([]);
  });

  test('an instrument whose days are unknown is in force on any day, and its window never closes', () => {
    const instruments = new Map([
      ['x', { id: 'x', kind: 'amnesty-act' as const, sources: [], clauses: [], clauseVersions: [] }],
    ]);
    const events = withIds(...serving, { ...act, act: 'x', occurredOn: '2024-12-01' });
    expect(findingsIn(events, { ...REFERENCE_DATA, instruments })).toEqual([]);
    const named = withIds(...serving, { ...act, act: 'x', occurredOn: '2024-12-01', clause: 'any' });
    expect(findingsIn(named, { ...REFERENCE_DATA, instruments }).map(({ code }) => code)).toEqual([
      'INSTRUMENT.CLAUSE_UNKNOWN',
    ]);
  });

  test('a three-year sentence is completed in calendar months from the arrest and changes no custody', () => {
    given(arrested)
      .when({ ...convicted, sentence: THREE_YEARS })
      .then(standing({ custody: 'imprisoned', sentence: 'completed' }));
  });
});

test('every type that changes an axis has its given/when/then', () => {
  expect(Object.keys(rules).filter((type) => !specifiedTypes.has(type))).toEqual([]);
});

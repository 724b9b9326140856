import { describe, expect, test } from '@jest/globals';
import type { CaseEvent } from '../../../src/domain/case/events.js';
import type { Standing } from '../../../src/domain/case/period.js';
import { orderOf } from '../../../src/domain/case/order.js';
import { rules, shareAxis, type Axis } from '../../../src/domain/case/rules.js';
import { findingsOf, timelineOf } from '../../../src/domain/case/timeline.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { MAX_DAY } from '../../../src/domain/time.js';
import { ARTICLE, REFERENCE_DATA, withIds, THREE_YEARS, type CaseEventFields } from '../../support/events.js';
import { findingsIn, periodsOf } from '../../support/timeline.js';

/** The types that a given/when/then of this file names. */
const exercised = new Set<string>();

/** After these events: the standing that holds from the last of them on, and the findings as `grade code`. */
const after = (
  ...events: CaseEventFields
): { standing: Standing; findings: readonly string[]; order: readonly string[] } => {
  for (const { type } of events) exercised.add(type);
  const { order, courses } = timelineOf(withIds(...events));
  const standing = courses.periods.find(
    ({ to, standing }) => to === MAX_DAY && standing?.sentence !== 'completed',
  )?.standing;
  if (standing === null || standing === undefined) throw new Error('no standing');
  const findings = findingsOf(order, { ...REFERENCE_DATA, today: REFERENCE_DATA.today + 10_000 });
  return {
    standing,
    findings: findings.map(({ grade, code }) => `${grade} ${code}`),
    order: order.events.map(({ id }) => id),
  };
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
  // For life, so that no reckoned end stands in the way of what is asked here.
  sentence: { kind: 'imprisonment', life: true },
  facility: 'No. 2',
} as const;
const recognised = { type: 'recognised', occurredOn: '2024-06-14', list: 'union', category: 'believers' } as const;
const released = { type: 'released', occurredOn: '2024-09-01', reason: 'other' } as const;
const died = { type: 'died', occurredOn: '2024-10-01' } as const;

const serving = [arrested, charged, remanded, convicted] as const;

describe('the axes that an event changes', () => {
  const custody = ['custody', 'facility'];
  const day = { occurredOn: '2024-09-01' };
  const list = { ...day, list: 'union', category: 'believers', reason: 'x' };
  const pardoned = { ...day, type: 'pardoned', decree: 'pardon-2023' } as const;
  test.each<[string, CaseEventFields, readonly string[]]>([
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
  ])('%s', (_, events, axes) => {
    expect(orderOf(withIds(...events)).events.at(-1)?.axes).toEqual(axes);
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
    expect(after().standing).toEqual({
      custody: 'unknown',
      custodyBy: null,
      proceedings: 'none',
      sentence: 'none',
      sentenceEnd: null,
      life: false,
      articles: [],
      facility: null,
      incident: null,
      lists: [],
    });
  });
});

describe('custody', () => {
  test.each<[string, CaseEventFields, string, string | null]>([
    ['an arrest detains', [arrested], 'detained', 'f1'],
    ['a remand to detention', [arrested, remanded], 'remand', 'f2'],
    ['a remand home', [arrested, { ...remanded, measure: 'house-arrest' }], 'house-arrest', 'f2'],
    ['a conviction to imprisonment imprisons who is held', [...serving], 'imprisoned', 'f4'],
    [
      'a conviction to imprisonment imprisons who is under house arrest',
      [arrested, { ...remanded, measure: 'house-arrest' }, convicted],
      'imprisoned',
      'f3',
    ],
    [
      'a conviction to imprisonment of unknown term imprisons who is held',
      [arrested, remanded, { ...convicted, sentence: { kind: 'imprisonment', term: 'unknown' } }],
      'imprisoned',
      'f3',
    ],
    [
      'a conviction to nobody knows what leaves custody as it is',
      [arrested, remanded, { ...convicted, sentence: { kind: 'unknown' } }],
      'remand',
      'f2',
    ],
    [
      'a conviction on an unknown day imprisons from the day of the report',
      [arrested, remanded, { ...convicted, occurredOn: '2024-02-20/2025-10-07' }],
      'imprisoned',
      'f3',
    ],
    [
      'a conviction to a fine does not',
      [arrested, remanded, { ...convicted, sentence: { kind: 'fine' } }],
      'remand',
      'f2',
    ],
    [
      'a conviction on bail does not',
      [arrested, { ...released, occurredOn: '2024-03-01', reason: 'bail' }, convicted],
      'free',
      'f2',
    ],
    ['a release frees', [...serving, released], 'free', 'f5'],
    [
      'a release on parole is conditional',
      [...serving, { ...released, reason: 'parole' }],
      'conditional-liberty',
      'f5',
    ],
    ['a release in an exchange is abroad', [...serving, { ...released, reason: 'exchange' }], 'abroad', 'f5'],
    ['a deportation', [...serving, { ...released, type: 'deported' }], 'abroad', 'f5'],
    ['an exchange', [...serving, { ...released, type: 'exchanged' }], 'abroad', 'f5'],
    ['an escape', [...serving, { ...released, type: 'escaped' }], 'fugitive', 'f5'],
    ['a search', [{ type: 'wanted', occurredOn: '2024-01-01' }], 'fugitive', 'f1'],
    ['a death', [...serving, died], 'deceased', 'f5'],
    [
      'a transfer to a hospital',
      [...serving, { type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true }],
      'medical-custody',
      'f5',
    ],
    [
      'a transfer back from a hospital, also after a second hospital',
      [
        ...serving,
        { type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true },
        { type: 'transferred', occurredOn: '2024-09-02', facility: 'Hospital 2', medical: true },
        { type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 2', medical: false },
      ],
      'imprisoned',
      'f7',
    ],
    [
      'a transfer that was never to a hospital',
      [...serving, { type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 4', medical: false }],
      'imprisoned',
      'f4',
    ],
    [
      'a transfer of which nobody says whether it was medical',
      [
        ...serving,
        { type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true },
        { type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 4' },
      ],
      'medical-custody',
      'f5',
    ],
    [
      'a release from a hospital forgets it',
      [
        ...serving,
        { type: 'transferred', occurredOn: '2024-09-01', facility: 'Hospital', medical: true },
        { ...released, occurredOn: '2024-09-02' },
        { type: 'transferred', occurredOn: '2024-09-03', facility: 'No. 4', medical: false },
      ],
      'free',
      'f6',
    ],
    [
      'an arrest after an escape imprisons who serves a sentence',
      [...serving, { type: 'escaped', occurredOn: '2024-09-01' }, { ...arrested, occurredOn: '2024-09-05' }],
      'imprisoned',
      'f6',
    ],
    [
      'an arrest after an escape detains who does not',
      [arrested, { type: 'escaped', occurredOn: '2024-09-01' }, { ...arrested, occurredOn: '2024-09-05' }],
      'detained',
      'f3',
    ],
    [
      'an arrest of somebody convicted in absentia imprisons',
      [{ ...convicted, occurredOn: '2024-01-01', inAbsentia: true }, arrested],
      'imprisoned',
      'f2',
    ],
    [
      'an arrest after an escape detains whose sentence is extinguished',
      [
        ...serving,
        { type: 'pardoned', occurredOn: '2024-08-20', decree: 'pardon-2023', effect: 'released-from-imprisonment' },
        { type: 'escaped', occurredOn: '2024-09-01' },
        { ...arrested, occurredOn: '2024-09-05' },
      ],
      'detained',
      'f7',
    ],
    [
      'an arrest of somebody fined in absentia detains',
      [{ ...convicted, occurredOn: '2024-01-01', inAbsentia: true, sentence: { kind: 'fine' } }, arrested],
      'detained',
      'f2',
    ],
    [
      'what repeats a custody leaves its cause',
      [arrested, remanded, { ...remanded, occurredOn: '2024-05-01' }],
      'remand',
      'f2',
    ],
    [
      'only a release changes custody, not an amnesty',
      [
        ...serving,
        { type: 'amnestied', occurredOn: '2025-12-23', act: 'amnesty-2025', effect: 'released-from-imprisonment' },
      ],
      'imprisoned',
      'f4',
    ],
  ])('%s', (_, events, custody, by) => {
    expect(after(...events).standing).toMatchObject({ custody, custodyBy: by });
  });
});

describe('proceedings and sentence', () => {
  const clemency = (type: 'pardoned' | 'amnestied', effect: string, more: object = {}): CaseEventFields[number] =>
    type === 'pardoned'
      ? { type, occurredOn: '2025-12-23', decree: 'pardon-2023', effect, ...more }
      : { type, occurredOn: '2025-12-23', act: 'amnesty-2025', effect, ...more };
  const decided = (outcome: string, more: object = {}): CaseEventFields => [
    ...serving,
    { type: 'appealed', occurredOn: '2024-09-01' },
    { type: 'appeal-decided', occurredOn: '2024-10-01', outcome, ...more },
  ];
  const fine = { kind: 'fine' } as const;
  const life = { kind: 'imprisonment', life: true } as const;

  test.each<[string, CaseEventFields, Partial<Standing>]>([
    ['a charge', [charged], { proceedings: 'charged', sentence: 'none' }],
    ['a trial', [{ type: 'tried', occurredOn: '2024-05-01' }], { proceedings: 'on-trial' }],
    ['a conviction', [...serving], { proceedings: 'convicted', sentence: 'active', life: true }],
    [
      'a suspended sentence',
      [arrested, { ...convicted, sentence: { kind: 'suspended' } }],
      { proceedings: 'convicted', sentence: 'suspended', life: false },
    ],
    [
      'an appeal',
      [...serving, { type: 'appealed', occurredOn: '2024-09-01' }],
      { proceedings: 'on-appeal', sentence: 'active' },
    ],
    ['an appeal upheld', decided('upheld'), { proceedings: 'final', sentence: 'active', life: true }],
    [
      'an appeal reducing',
      decided('reduced', { newSentence: fine }),
      { proceedings: 'final', sentence: 'active', life: false },
    ],
    [
      'an appeal increasing',
      decided('increased', { newSentence: life }),
      { proceedings: 'final', sentence: 'active', life: true },
    ],
    ['an appeal suspending', decided('suspended'), { proceedings: 'final', sentence: 'suspended' }],
    ['an appeal quashing', decided('quashed'), { proceedings: 'quashed', sentence: 'extinguished' }],
    ['a retrial', decided('retrial'), { proceedings: 'on-trial', sentence: 'extinguished' }],
    [
      'dropped charges',
      [arrested, charged, { type: 'charges-dropped', occurredOn: '2024-09-01' }],
      { proceedings: 'terminated', sentence: 'none' },
    ],
    [
      'an acquittal',
      [arrested, charged, { type: 'acquitted', occurredOn: '2024-09-01' }],
      { proceedings: 'acquitted', sentence: 'none' },
    ],
    [
      'an acquittal after a conviction',
      [...serving, { type: 'acquitted', occurredOn: '2024-09-01' }],
      { proceedings: 'acquitted', sentence: 'extinguished' },
    ],
    [
      'charges dropped after a conviction',
      [...serving, { type: 'charges-dropped', occurredOn: '2024-09-01' }],
      { proceedings: 'terminated', sentence: 'extinguished' },
    ],
    [
      'a parole suspends',
      [...serving, { type: 'paroled', occurredOn: '2024-09-01' }],
      { proceedings: 'convicted', sentence: 'suspended' },
    ],
    [
      'a parole of an extinguished sentence changes nothing',
      [...serving, clemency('amnestied', 'released-from-imprisonment'), { type: 'paroled', occurredOn: '2025-12-24' }],
      { sentence: 'extinguished' },
    ],
    [
      'released from imprisonment',
      [...serving, clemency('amnestied', 'released-from-imprisonment')],
      { proceedings: 'convicted', sentence: 'extinguished' },
    ],
    [
      'released from a non-custodial sentence',
      [...serving, clemency('pardoned', 'released-from-non-custodial')],
      { proceedings: 'convicted', sentence: 'extinguished' },
    ],
    [
      'released from liability before a verdict',
      [arrested, charged, clemency('amnestied', 'released-from-liability')],
      { proceedings: 'terminated', sentence: 'none' },
    ],
    [
      'released from liability after it',
      [...serving, clemency('amnestied', 'released-from-liability')],
      { proceedings: 'terminated', sentence: 'extinguished' },
    ],
    [
      'the record expunged',
      [...serving, clemency('pardoned', 'record-expunged')],
      { proceedings: 'convicted', sentence: 'extinguished' },
    ],
    [
      'the record expunged of who has no sentence',
      [arrested, clemency('pardoned', 'record-expunged')],
      { proceedings: 'none', sentence: 'none' },
    ],
    [
      'replaced by a fine',
      [...serving, clemency('pardoned', 'replaced', { replacement: fine })],
      { sentence: 'active', life: false },
    ],
    [
      'replaced by nobody knows what',
      [...serving, clemency('pardoned', 'replaced')],
      { sentence: 'active', life: true },
    ],
    [
      'reduced by nobody knows how much',
      [...serving, clemency('pardoned', 'term-reduced')],
      { sentence: 'active', life: true, sentenceEnd: null },
    ],
  ])('%s', (_, events, standing) => {
    expect(after(...events).standing).toMatchObject(standing);
  });

  test('only imprisonment passed on appeal imprisons on a later arrest', () => {
    const events: CaseEventFields = [
      ...decided('reduced', { newSentence: fine }),
      { type: 'escaped', occurredOn: '2024-11-01' },
      { ...arrested, occurredOn: '2024-12-01' },
    ];
    expect(after(...events).standing.custody).toBe('detained');
  });

  test('an article of the general part stands before the one that it belongs to, behind the code', () => {
    const articles = [
      { ...ARTICLE, article: '220', part: '1', generalPart: '28' },
      { code: 'AZ-OCC', article: '70-2', generalPart: '15' },
    ];
    expect(after(arrested, { ...charged, articles }).standing.articles).toEqual(['28/220.1', 'AZ-OCC:15/70-2']);
  });

  test('articles are those of the last charge or judgment, sorted, each once, other codes named', () => {
    const other = { code: 'AZ-CAO', article: '535' };
    expect(after(arrested, { ...charged, articles: [other, ARTICLE, ARTICLE] }).standing.articles).toEqual([
      '234.4.3',
      'AZ-CAO:535',
    ]);
    expect(after(...serving.slice(0, 3), { ...convicted, articles: [other] }).standing.articles).toEqual([
      'AZ-CAO:535',
    ]);
  });
});

describe('facility and incident', () => {
  test.each<[string, CaseEventFields, string | null]>([
    ['a remand names it', [arrested, remanded], 'Kurdakhani'],
    [
      'a remand that names none leaves it',
      [arrested, remanded, { type: 'remanded', occurredOn: '2024-03-01', measure: 'detention' }],
      'Kurdakhani',
    ],
    [
      'at home there is none',
      [arrested, remanded, { ...remanded, occurredOn: '2024-03-01', measure: 'house-arrest' }],
      null,
    ],
    ['a conviction names it', [...serving], 'No. 2'],
    [
      'a conviction that names none leaves it',
      [arrested, remanded, { ...convicted, facility: undefined }],
      'Kurdakhani',
    ],
    [
      'a transfer names it',
      [...serving, { type: 'transferred', occurredOn: '2024-09-01', facility: 'No. 16' }],
      'No. 16',
    ],
    ['a release ends it', [...serving, released], null],
    ['a death ends it', [...serving, died], null],
    ['an arrest knows none', [...serving, released, { ...arrested, occurredOn: '2024-12-01' }], null],
  ])('%s', (_, events, facility) => {
    const told = events.map((f) =>
      Object.fromEntries(Object.entries(f).filter(([, v]) => v !== undefined)),
    ) as unknown as CaseEventFields;
    expect(after(...told).standing.facility).toBe(facility);
  });

  test('an incident is named by an arrest, kept by the next of the episode, and ends with it', () => {
    const named = { ...arrested, incident: 'soyudlu-2023' };
    const escaped = { type: 'escaped', occurredOn: '2024-03-01' } as const;
    const again = { ...arrested, occurredOn: '2024-12-01' };
    expect(after(named).standing.incident).toBe('soyudlu-2023');
    expect(after(named, escaped, again).standing.incident).toBe('soyudlu-2023');
    expect(after(named, escaped, { ...again, incident: 'imishli-2024' }).standing.incident).toBe('imishli-2024');
    expect(after(named, released, again).standing.incident).toBeNull();
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
  test.each<[string, CaseEventFields, object]>([
    ['proposed', [arrested, on('proposed')], union('proposed', null, 'f2')],
    ['recognised', [arrested, recognised], union('recognised', 'believers', 'f2')],
    [
      'recategorised',
      [arrested, recognised, on('recategorised', { category: 'journalists' })],
      union('recognised', 'journalists', 'f2'),
    ],
    [
      'recategorised by a list that does not recognise',
      [arrested, on('recategorised', { category: 'journalists' })],
      { lists: [] },
    ],
    [
      'recategorised after delisting',
      [
        arrested,
        recognised,
        { ...on('delisted'), occurredOn: '2024-06-20' },
        on('recategorised', { category: 'journalists' }),
      ],
      union('delisted', null, 'f3'),
    ],
    ['declined', [arrested, on('declined')], union('declined', null, 'f2')],
    ['delisted', [arrested, recognised, on('delisted')], union('delisted', null, 'f3')],
    [
      'by two lists, sorted',
      [arrested, recognised, { ...recognised, list: 'other' }],
      {
        lists: [
          { list: 'other', recognition: 'recognised', category: 'believers', by: 'f3' },
          { list: 'union', recognition: 'recognised', category: 'believers', by: 'f2' },
        ],
      },
    ],
    [
      'a new episode ends it',
      [arrested, recognised, released, { ...arrested, occurredOn: '2024-12-01' }],
      { lists: [] },
    ],
    [
      'a first arrest after it begins the episode',
      [recognised, { ...arrested, occurredOn: '2024-12-01' }],
      { lists: [] },
    ],
    [
      'a first arrest after a charge is of its episode',
      [{ ...charged, occurredOn: '2024-01-01' }, recognised, { ...arrested, occurredOn: '2024-12-01' }],
      union('recognised', 'believers', 'f2'),
    ],
    [
      'an arrest after an escape does not',
      [arrested, recognised, { type: 'escaped', occurredOn: '2024-09-01' }, { ...arrested, occurredOn: '2024-12-01' }],
      union('recognised', 'believers', 'f2'),
    ],
    [
      'an arrest after deportation does',
      [arrested, recognised, { type: 'deported', occurredOn: '2024-09-01' }, { ...arrested, occurredOn: '2024-12-01' }],
      { lists: [] },
    ],
    [
      'an arrest after a release and a search does',
      [
        arrested,
        recognised,
        released,
        { type: 'wanted', occurredOn: '2024-10-01' },
        { ...arrested, occurredOn: '2024-12-01' },
      ],
      { lists: [] },
    ],
    [
      'an arrest after a remand alone does, which begins none',
      [remanded, recognised, { ...arrested, occurredOn: '2024-12-01' }],
      { lists: [] },
    ],
    [
      'an arrest after a release and a remand does not',
      [
        arrested,
        recognised,
        released,
        { ...remanded, occurredOn: '2024-09-10' },
        { type: 'escaped', occurredOn: '2024-10-01' },
        { ...arrested, occurredOn: '2024-12-01' },
      ],
      union('recognised', 'believers', 'f2'),
    ],
  ])('%s', (_, events, standing) => {
    expect(after(...events).standing).toMatchObject(standing);
  });

  test('a new episode begins with nothing but the detention', () => {
    expect(after(...serving, recognised, released, { ...arrested, occurredOn: '2024-12-01' }).standing).toEqual({
      ...after().standing,
      custody: 'detained',
      custodyBy: 'f7',
    });
  });

  test('mistreatment changes no axis', () => {
    const before = after(...serving).standing;
    expect(after(...serving, { type: 'mistreated', occurredOn: '2024-09-01', kind: 'torture' }).standing).toEqual(
      before,
    );
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
  test.each<[string, CaseEventFields, readonly string[]]>([
    ['a plain course', [...serving, recognised, released], []],
    ['arrested while held', [arrested, { ...arrested, occurredOn: '2024-03-01' }], ['ask CASE.ALREADY_HELD']],
    [
      'arrested while under house arrest',
      [arrested, { ...remanded, measure: 'house-arrest' }, { ...arrested, occurredOn: '2024-03-01' }],
      ['ask CASE.ALREADY_HELD'],
    ],
    [
      'arrested after a release',
      [arrested, { ...released, occurredOn: '2024-03-01' }, { ...arrested, occurredOn: '2024-04-01' }],
      [],
    ],
    ['released while not held', [released], ['ask CASE.NOT_HELD']],
    [
      'transferred while not held',
      [{ type: 'transferred', occurredOn: '2024-01-01', facility: 'x' }],
      ['ask CASE.NOT_HELD'],
    ],
    ['remanded while not held', [remanded], ['ask CASE.NOT_HELD']],
    ['escaped while not held', [{ type: 'escaped', occurredOn: '2024-01-01' }], ['ask CASE.NOT_HELD']],
    [
      'wanted, deported and exchanged while not held',
      [
        { type: 'wanted', occurredOn: '2024-01-01' },
        { type: 'deported', occurredOn: '2024-01-02' },
        { type: 'exchanged', occurredOn: '2024-01-03' },
      ],
      [],
    ],
    ['convicted with no arrest', [convicted], ['ask CASE.NOT_ARRESTED']],
    [
      'convicted with no arrest, though charged',
      [{ ...charged, occurredOn: '2024-01-01' }, convicted],
      ['ask CASE.NOT_ARRESTED'],
    ],
    ['convicted in absentia', [{ ...convicted, inAbsentia: true }], []],
    ['convicted not in absentia', [{ ...convicted, inAbsentia: false }], ['ask CASE.NOT_ARRESTED']],
    ['convicted on bail', [arrested, { ...released, occurredOn: '2024-03-01', reason: 'bail' }, convicted], []],
    [
      'paroled with no conviction',
      [arrested, { type: 'paroled', occurredOn: '2024-09-01' }],
      ['ask CASE.NOT_CONVICTED'],
    ],
    [
      'appealed with no conviction',
      [arrested, charged, { type: 'appealed', occurredOn: '2024-09-01' }],
      ['ask CASE.NOT_CONVICTED'],
    ],
    [
      'appealed with no conviction and no arrest',
      [charged, { type: 'appealed', occurredOn: '2024-09-01' }],
      ['ask CASE.NOT_CONVICTED'],
    ],
    [
      'an appeal decided with no conviction',
      [arrested, charged, { type: 'appeal-decided', occurredOn: '2024-09-01', outcome: 'upheld' }],
      ['ask CASE.NOT_CONVICTED'],
    ],
    [
      'an appeal after a retrial was ordered',
      [
        ...serving,
        { type: 'appeal-decided', occurredOn: '2024-09-01', outcome: 'retrial' },
        { type: 'appealed', occurredOn: '2024-09-02' },
      ],
      ['ask CASE.NOT_CONVICTED'],
    ],
    ['amnestied from imprisonment with no conviction', [arrested, act], ['ask CASE.NOT_CONVICTED']],
    [
      'amnestied from imprisonment with a conviction in an earlier episode',
      [...serving, released, { ...arrested, occurredOn: '2025-01-01' }, act],
      ['ask CASE.NOT_CONVICTED'],
    ],
    ['a term reduced with no conviction', [arrested, { ...act, effect: 'term-reduced' }], ['ask CASE.NOT_CONVICTED']],
    ['a sentence replaced with no conviction', [arrested, { ...act, effect: 'replaced' }], ['ask CASE.NOT_CONVICTED']],
    [
      'released from a non-custodial sentence with no conviction',
      [arrested, { ...act, effect: 'released-from-non-custodial' }],
      ['ask CASE.NOT_CONVICTED'],
    ],
    ['released from liability with no conviction', [arrested, { ...act, effect: 'released-from-liability' }], []],
    ['recognised while not held', [recognised], ['warn CASE.RECOGNISED_NOT_HELD']],
    [
      'recategorised while not recognised',
      [arrested, { type: 'recategorised', occurredOn: '2024-07-01', list: 'union', category: 'believers' }],
      ['ask CASE.NOT_RECOGNISED'],
    ],
    [
      'delisted while not recognised',
      [arrested, { type: 'delisted', occurredOn: '2024-07-01', list: 'union', reason: 'x' }],
      ['ask CASE.NOT_RECOGNISED'],
    ],
    [
      'delisted by another list',
      [arrested, recognised, { type: 'delisted', occurredOn: '2024-07-01', list: 'strict', reason: 'x' }],
      ['ask CASE.NOT_RECOGNISED'],
    ],
    [
      'released a day after the amnesty',
      [...serving, act, { ...released, occurredOn: '2025-12-24', reason: 'amnesty' }],
      ['warn CASE.RELEASE_DELAYED'],
    ],
    [
      'released on the day of the amnesty',
      [...serving, act, { ...released, occurredOn: '2025-12-23', reason: 'amnesty' }],
      [],
    ],
    [
      'released perhaps on the day of the amnesty',
      [
        ...serving,
        { ...act, occurredOn: '2025-12', id: 'a' },
        { ...released, occurredOn: '2025-12-24', reason: 'amnesty' },
      ],
      [],
    ],
    ['released for another reason after an amnesty', [...serving, act, { ...released, occurredOn: '2025-12-24' }], []],
    [
      'released by amnesty with none told',
      [...serving, { ...released, occurredOn: '2025-12-24', reason: 'amnesty' }],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    [
      'released by pardon with none told',
      [...serving, { ...released, reason: 'pardon' }],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    [
      'released by pardon, where only an amnesty is told',
      [...serving, act, { ...released, occurredOn: '2025-12-23', reason: 'pardon' }],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    [
      'released by pardon on its day',
      [...serving, { ...decree, occurredOn: '2024-09-01' }, { ...released, reason: 'pardon' }],
      [],
    ],
    [
      'released by pardon before it',
      [...serving, { ...released, reason: 'pardon' }, { ...decree, occurredOn: '2024-09-02' }],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    [
      'released by pardon perhaps before it',
      [...serving, { ...released, reason: 'pardon' }, { ...decree, occurredOn: '2024-09' }],
      [],
    ],
    [
      'released by the pardon of an earlier episode',
      [
        ...serving,
        { ...decree, occurredOn: '2024-09-01' },
        { ...released, reason: 'pardon' },
        { ...arrested, occurredOn: '2024-10-01' },
        { ...released, occurredOn: '2024-11-01', reason: 'pardon' },
      ],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    [
      'released on parole with none told',
      [...serving, { ...released, reason: 'parole' }],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    [
      'released on parole on its day',
      [...serving, { type: 'paroled', occurredOn: '2024-09-01' }, { ...released, reason: 'parole' }],
      [],
    ],
    [
      'released from a sentence served that nobody passed',
      [arrested, { ...released, reason: 'sentence-served' }],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    [
      'released from a sentence served that a pardon ended',
      [
        arrested,
        { ...convicted, sentence: { kind: 'imprisonment', term: 'P3Y' } },
        { ...decree, occurredOn: '2024-09-01' },
        { ...released, occurredOn: '2024-09-01', reason: 'sentence-served' },
      ],
      ['ask CASE.RELEASE_UNFOUNDED'],
    ],
    ['arrested after death', [arrested, died, { ...arrested, occurredOn: '2024-11-01' }], ['refuse CASE.DECEASED']],
    ['charged after death', [arrested, died, { ...charged, occurredOn: '2024-11-01' }], ['refuse CASE.DECEASED']],
    [
      'recognised after death',
      [arrested, died, { ...recognised, occurredOn: '2024-11-01' }],
      ['warn CASE.RECOGNISED_NOT_HELD'],
    ],
    ['died twice', [died, { ...died, occurredOn: '2024-11-01' }], ['refuse CASE.DECEASED']],
    ['an unknown list', [arrested, { ...recognised, list: 'nobody' }], ['refuse LIST.UNKNOWN']],
    [
      'an unknown list of a reference',
      [{ type: 'referenced', list: 'nobody', reference: '1' }],
      ['refuse LIST.UNKNOWN'],
    ],
    [
      'an unknown list of a reference of a new dossier',
      [
        {
          type: 'opened',
          names: [],
          references: [
            { list: 'nobody', reference: '1' },
            { list: 'union', reference: '1' },
          ],
        },
      ],
      ['refuse LIST.UNKNOWN'],
    ],
    ['a dossier without references', [{ type: 'opened', names: [] }], []],
    [
      'a dossier begun three times',
      [{ type: 'opened', names: [] }, arrested, { type: 'opened', names: [] }, { type: 'opened', names: [] }],
      ['refuse CASE.ALREADY_OPENED'],
    ],
    ['an unknown category', [arrested, { ...recognised, category: 'nobody' }], ['refuse CATEGORY.UNKNOWN']],
    [
      'an unknown category moved to',
      [arrested, recognised, { type: 'recategorised', occurredOn: '2024-07-01', list: 'union', category: 'nobody' }],
      ['refuse CATEGORY.UNKNOWN'],
    ],
    [
      'criteria demanded and missing',
      [arrested, { ...recognised, list: 'strict' }],
      ['refuse RECOGNITION.CRITERIA_REQUIRED'],
    ],
    [
      'criteria demanded and empty',
      [arrested, { ...recognised, list: 'strict', criteria: [] }],
      ['refuse RECOGNITION.CRITERIA_REQUIRED'],
    ],
    [
      'criteria demanded and given',
      [arrested, { ...recognised, list: 'strict', criteria: [{ letter: 'a', rationale: 'because' }] }],
      [],
    ],
    [
      'criteria demanded only later',
      [
        { ...arrested, occurredOn: '2019-01-01' },
        { ...recognised, occurredOn: '2019-12-31', list: 'strict' },
      ],
      [],
    ],
    [
      'criteria are not demanded for another category',
      [
        arrested,
        { ...recognised, list: 'strict', criteria: [{ letter: 'a', rationale: 'because' }] },
        { type: 'recategorised', occurredOn: '2024-07-01', list: 'strict', category: 'journalists' },
      ],
      [],
    ],
    ['an unknown act', [...serving, { ...act, act: 'nobody' }], ['refuse INSTRUMENT.UNKNOWN']],
    ['an unknown decree', [...serving, { ...decree, decree: 'nobody' }], ['refuse INSTRUMENT.UNKNOWN']],
    ['amnestied by a decree', [...serving, { ...act, act: 'pardon-2023' }], ['refuse INSTRUMENT.WRONG_KIND']],
    ['pardoned by an act', [...serving, { ...decree, decree: 'amnesty-2025' }], ['refuse INSTRUMENT.WRONG_KIND']],
    [
      'amnestied on the day before the act is in force',
      [...serving, { ...act, occurredOn: '2025-12-21' }],
      ['refuse INSTRUMENT.NOT_IN_FORCE'],
    ],
    ['amnestied on the day the act is in force', [...serving, { ...act, occurredOn: '2025-12-22' }], []],
    ['amnestied in the month in which the act came into force', [...serving, { ...act, occurredOn: '2025-12' }], []],
    [
      'pardoned on the day before the decree',
      [{ ...decree, occurredOn: '2023-05-26' }],
      ['refuse INSTRUMENT.NOT_IN_FORCE'],
    ],
    ['pardoned on the day of the decree', [decree], []],
    ['amnestied on the last day of the window', [...serving, { ...act, occurredOn: '2026-04-22' }], []],
    [
      'amnestied after the window',
      [...serving, { ...act, occurredOn: '2026-04-23' }],
      ['warn INSTRUMENT.WINDOW_CLOSED'],
    ],
    ['a known clause', [...serving, { ...act, clause: 'six-months-drugs' }], []],
    ['an unknown clause', [...serving, { ...act, clause: 'nobody' }], ['refuse INSTRUMENT.CLAUSE_UNKNOWN']],
  ])('%s', (_, events, findings) => {
    expect(after(...events).findings).toEqual(findings);
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
    expect(orderOf(events).events.map(({ id }) => id)).toEqual(['f4', 'f3', 'f1', 'f5', 'f2']);
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
    const instruments = new Map([['x', { id: 'x', kind: 'amnesty-act' as const }]]);
    const events = withIds(...serving, { ...act, act: 'x', occurredOn: '2024-12-01' });
    expect(findingsIn(events, { ...REFERENCE_DATA, instruments })).toEqual([]);
    const named = withIds(...serving, { ...act, act: 'x', occurredOn: '2024-12-01', clause: 'any' });
    expect(findingsIn(named, { ...REFERENCE_DATA, instruments }).map(({ code }) => code)).toEqual([
      'INSTRUMENT.CLAUSE_UNKNOWN',
    ]);
  });

  test('a three-year sentence is completed in calendar months from the arrest and changes no custody', () => {
    const periods = periodsOf(withIds(arrested, { ...convicted, sentence: THREE_YEARS }));
    expect(periods.at(-1)?.standing).toMatchObject({ custody: 'imprisoned', sentence: 'completed' });
  });
});

test('every type that changes an axis has its given/when/then', () => {
  expect(Object.keys(rules).filter((type) => !exercised.has(type))).toEqual([]);
});

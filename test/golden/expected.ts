/**
 * An event of every type with all its fields, once for each version that was ever written: what the golden file
 * `<type>.v<n>.json` reads as today. The last of each is of today's version. The people are made up.
 *
 * The golden file of a new type is written from its example; it gets an entry here once the example or the version changes.
 */
import type { AnyEvent, AnyEventType } from '../../src/domain/events.js';
import type { RecordedEvent, Source } from '../../src/domain/event.js';
import { eventExamples } from '../../src/schema/examples.js';

type Of<T extends AnyEventType> = Extract<AnyEvent, { type: T }>;
type Undated =
  | 'opened'
  | 'named'
  | 'referenced'
  | 'described'
  | 'list-defined'
  | 'category-defined'
  | 'policy-set'
  | 'edition-published'
  | 'instrument-registered'
  | 'instrument-amended'
  | 'clause-set'
  | 'clause-withdrawn'
  | 'application-started'
  | 'application-finished'
  | 'corrected'
  | 'retracted'
  | 'merged'
  | 'unmerged'
  | 'distinguished'
  | 'reference-claimed'
  | 'log-adopted'
  | 'log-accepted';
/** Every field there is, so that a new one is missed here; `occurredOn` only where something happened on a day. */
type Full<T extends AnyEventType> = T extends Undated ? Omit<Required<Of<T>>, 'occurredOn'> : Required<Of<T>>;

const sources: readonly Required<Source>[] = [
  {
    kind: 'press',
    citation: 'Nümunə Xəbər, 22 December 2025, “Three more people detained”',
    url: 'https://news.example/2025/12/22/üç-nəfər?lang=az#1',
    publisher: 'Nümunə Xəbər',
    readOn: '2025-12-23',
    machineTranslated: true,
    archiveHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
];
const said = {
  sources,
  reliability: 'corroborated',
  note: 'The family heard of it on the same evening – “qohumları təsdiq edib”.',
  after: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d34',
} as const;
const on = (occurredOn: string) => ({ ...said, occurredOn });

const articles = [
  { code: 'AZ-CC', article: '234', part: '4.3' },
  { code: 'AZ-CC', article: '167-2' },
] as const;

const articlesToday = [
  ...articles,
  { code: 'AZ-CC', article: '220', part: '1', generalPart: '28' },
  { code: 'AZ-OCC', article: '70-2' },
] as const;

const instrument = {
  type: 'instrument-registered',
  ...said,
  kind: 'amnesty-act',
  title: 'On amnesty for the Year of Examples',
  issuer: 'Milli Məclis',
  issued: '2025-12-19',
  submitted: '2025-12-15',
  adopted: '2025-12-19',
  inForce: '2025-12-20',
  windowEnd: '2026-04-20',
  forecast: 20_000,
  clauses: ['1', '3.1', '3.2'],
} as const;

const applicationStarted = {
  type: 'application-started',
  ...said,
  application: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d40',
  clause: 'six-months-drugs',
  version: 'rolling',
  list: 'union',
  listDay: '2025-12-21',
  persons: 'eligible',
  knownAt: 1234,
  effect: 'term-reduced',
  reducedBy: 'P6M',
  replacement: { kind: 'fine' },
  amnestiedOn: '2025-12-22',
  releasedOn: '2025-12',
} as const;

const HASH = 'Zc5LKxKqWYmZf+g0fRtB4Ci0ZcNQj8v0yLxHvQGQ2Vg=';

type Versions<T extends AnyEventType> = readonly [...Of<T>[], Full<T>];
type WithExample = AnyEventType & keyof typeof eventExamples;

const OWN: { readonly [T in Exclude<AnyEventType, WithExample>]: Versions<T> } & {
  readonly [T in WithExample]?: Versions<T>;
} = {
  opened: [
    {
      type: 'opened',
      ...said,
      references: [{ list: 'union', reference: 'AZ-0999' }],
      names: [
        { text: 'Elçin Nümunəvi Şükür oğlu', script: 'Latn', language: 'az', kind: 'full' },
        { text: 'Эльчин Нумунави', script: 'Cyrl', language: 'ru', kind: 'transliteration' },
      ],
      born: '1984-05~',
      sex: 'm',
      occupation: 'teacher of geography',
      affiliation: 'Nümunə Youth Club',
      region: 'Göygöl',
      summary: 'Detained after a meeting at a library; the charge is disputed.',
    },
  ],
  named: [{ type: 'named', ...said, name: { text: 'Elchin Numunavi', script: 'Latn', language: 'en', kind: 'alias' } }],
  referenced: [{ type: 'referenced', ...said, list: 'other-list', reference: 'No. 17/б' }],
  described: [
    {
      type: 'described',
      ...said,
      born: '1984-05-17',
      sex: 'other',
      occupation: 'translator',
      affiliation: null,
      region: 'İmişli',
      summary: 'A correction of the family’s.',
    },
  ],
  arrested: [
    {
      type: 'arrested',
      ...on('2025-12-22'),
      kind: 'administrative',
      days: 30,
      authority: 'State Security Service',
      place: 'at home in Gəncə',
      incident: 'library-2025',
    },
  ],
  charged: [
    { type: 'charged', ...on('2025-12-24'), articles },
    { type: 'charged', ...on('2025-12-24'), articles: articlesToday },
  ],
  remanded: [
    {
      type: 'remanded',
      ...on('2025-12-24'),
      measure: 'house-arrest',
      court: 'Nərimanov District Court',
      until: '2026-04-24',
      facility: 'kurdakhani',
    },
  ],
  tried: [{ type: 'tried', ...on('2026-02'), court: 'Baku Serious Crimes Court' }],
  convicted: [
    {
      type: 'convicted',
      ...on('2026-05-06'),
      articles,
      sentence: { kind: 'imprisonment', term: 'P3Y10M' },
      countedFrom: '2025-12-22',
      court: 'Baku Serious Crimes Court',
      facility: 'prison-2',
      inAbsentia: false,
    },
    {
      type: 'convicted',
      ...on('2025-12-22/2026-05-06'),
      articles: articlesToday,
      sentence: { kind: 'imprisonment', term: 'unknown' },
      countedFrom: '2025-12-22',
      court: 'Baku Serious Crimes Court',
      facility: 'prison-2',
      inAbsentia: false,
    },
  ],
  appealed: [{ type: 'appealed', ...on('2026-05/2026-06'), instance: 'Baku Court of Appeal' }],
  'appeal-decided': [
    {
      type: 'appeal-decided',
      ...on('2026-07-01'),
      outcome: 'increased',
      instance: 'Supreme Court',
      newSentence: { kind: 'imprisonment', life: true },
    },
    {
      type: 'appeal-decided',
      ...on('2026-07-01'),
      outcome: 'reduced',
      instance: 'Supreme Court',
      newSentence: { kind: 'unknown' },
    },
  ],
  transferred: [{ type: 'transferred', ...on('2026-08-02'), facility: 'prison-hospital', medical: true }],
  mistreated: [
    {
      type: 'mistreated',
      ...on('2026-08'),
      kind: 'hunger-strike',
      detail: 'For nine days, against solitary confinement.',
    },
  ],
  proposed: [{ type: 'proposed', ...on('2026-01-05'), list: 'union' }],
  recognised: [
    {
      type: 'recognised',
      ...on('2026-01-10'),
      list: 'union',
      category: 'activists',
      criteria: [
        { letter: 'b', rationale: 'No connection with any offence was shown.' },
        { letter: 'e', rationale: 'The witnesses of the defence were not heard.' },
      ],
    },
  ],
  recategorised: [{ type: 'recategorised', ...on('2026-03-01'), list: 'union', category: 'believers' }],
  pardoned: [
    {
      type: 'pardoned',
      ...on('2026-09-01'),
      decree: 'pardon-2026-09',
      effect: 'term-reduced',
      reducedBy: 'P1Y6M',
      replacement: { kind: 'suspended', term: 'P1Y' },
    },
    {
      type: 'pardoned',
      ...on('2026-09-01'),
      decree: 'pardon-2026-09',
      effect: 'replaced',
      reducedBy: 'P1Y6M',
      replacement: { kind: 'suspended', term: 'unknown' },
    },
  ],
  amnestied: [
    {
      type: 'amnestied',
      ...on('2026-01-05'),
      act: 'amnesty-2025',
      clause: '3.1',
      executingBody: 'Penitentiary Service',
      effect: 'replaced',
      reducedBy: 'P6M',
      replacement: { kind: 'restriction', term: 'P2Y' },
    },
    {
      type: 'amnestied',
      ...on('2026-01-05'),
      act: 'amnesty-2025',
      clause: '3.1',
      executingBody: 'Penitentiary Service',
      effect: 'replaced',
      reducedBy: 'P6M',
      replacement: { kind: 'unknown' },
    },
  ],
  paroled: [{ type: 'paroled', ...on('2027-01-15'), court: 'Qaradağ District Court', until: '2029-10-22' }],
  'charges-dropped': [{ type: 'charges-dropped', ...on('2026-02-01'), ground: 'no event of a crime' }],
  acquitted: [{ type: 'acquitted', ...on('2026-05-06'), court: 'Gəncə Court of Appeal' }],
  released: [{ type: 'released', ...on('2026-01-05'), reason: 'amnesty' }],
  deported: [{ type: 'deported', ...on('2026-01-06'), destination: 'Georgia' }],
  exchanged: [{ type: 'exchanged', ...on('2026-01-07'), destination: 'Armenia' }],
  escaped: [{ type: 'escaped', ...on('2026-02-10'), place: 'on the way to a hearing' }],
  wanted: [{ type: 'wanted', ...on('2026-02-11'), authority: 'Ministry of Internal Affairs' }],
  declined: [
    { type: 'declined', ...on('2026-01-20'), list: 'union', reason: 'The evidence of violence was not answered.' },
  ],
  delisted: [
    { type: 'delisted', ...on('2027'), list: 'union', reason: 'duplicate' },
    { type: 'delisted', ...on('2026-02-03'), list: 'union', reason: 'The family asked for it; he lives at home.' },
  ],
  died: [
    { type: 'died', ...on('2028-11-30'), place: 'prison hospital', statedCause: 'heart failure', inCustody: true },
  ],
  corrected: [
    {
      type: 'corrected',
      ...said,
      event: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d35',
      correctedType: 'delisted',
      data: { occurredOn: '2026-02-02', list: 'other-list', reason: 'He lives at home.', after: null, note: null },
    },
  ],
  retracted: [
    {
      type: 'retracted',
      ...said,
      event: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d35',
      reason: 'It was his brother, Elşən Nümunəvi.',
    },
  ],
  merged: [
    {
      type: 'merged',
      ...said,
      into: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d36',
      reason: 'Elçin Nümunəvi and Эльчин Нумунави are one man.',
    },
  ],
  unmerged: [{ type: 'unmerged', ...said, reason: 'Two men of one village; the mother confirms it.' }],
  distinguished: [
    {
      type: 'distinguished',
      ...said,
      from: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d37',
      reason: 'Elçin Nümunəvi of Quba is the cousin of Elçin Nümunəvi of Qusar.',
    },
  ],
  'list-defined': [
    {
      type: 'list-defined',
      ...said,
      name: { az: 'Nümunə siyahısı', en: 'The Example List', ru: 'Примерный список' },
    },
  ],
  'category-defined': [
    {
      type: 'category-defined',
      ...said,
      category: 'believers',
      name: { az: 'Dindarlar', en: 'Believers', ru: 'Верующие' },
    },
  ],
  'policy-set': [
    {
      type: 'policy-set',
      ...said,
      from: '2024-01-01',
      custody: ['detained', 'remand', 'house-arrest'],
      paceRequired: true,
    },
  ],
  'instrument-registered': [instrument, { ...instrument, text: 'Article 1.\nWhoever is an example is released.' }],
  'instrument-amended': [
    {
      type: 'instrument-amended',
      ...said,
      title: 'On amnesty for the Years of Examples',
      issuer: null,
      issued: '2025-12-19',
      submitted: '2025-12',
      adopted: '2025-12-19',
      inForce: null,
      windowEnd: '2026-06-20',
      forecast: 25_000,
      text: 'Article 1.\nWhoever is an example is released, also in May.',
    },
  ],
  'clause-set': [
    {
      type: 'clause-set',
      ...said,
      clause: 'elderly',
      version: 'committee',
      conditions: [
        { category: { list: 'union', in: ['believers', 'journalists'], notIn: ['life-sentenced'] } },
        { articles: { anyOf: ['234', '28/220.1'], noneOf: ['AZ-OCC 70-2'] } },
        { gravity: { atLeast: 'minor', atMost: 'serious' } },
        { remaining: { lessThan: 'P6M', atLeast: 'P10D', measured: 'at-in-force' } },
        { served: { atLeast: 'P1Y', atLeastShare: '1/2', measured: 'rolling' } },
        { term: { atMost: 'P7Y6M' } },
        { age: { atLeast: 60, atMost: 90, measured: 'rolling' } },
        { sex: { in: ['f', 'm'] } },
        { stage: { in: ['convicted'] } },
        { custody: { in: ['imprisoned', 'medical-custody'] } },
      ],
      effect: 'term-reduced',
      reducedBy: 'P6M',
      replacement: { kind: 'restriction', term: 'P1Y' },
      text: 'Article 3.1, as the committee has it.',
    },
  ],
  'clause-withdrawn': [
    { type: 'clause-withdrawn', ...said, clause: 'elderly', version: 'committee', reason: 'The draft was changed.' },
  ],
  'application-started': [applicationStarted, { ...applicationStarted, requestHash: HASH }],
  'application-finished': [
    {
      type: 'application-finished',
      ...said,
      application: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d40',
      reached: 47,
      refused: 2,
    },
  ],
  'edition-published': [
    {
      type: 'edition-published',
      ...said,
      edition: '2025-10-07',
      asOf: '2025-10-07',
      knownAt: 1234,
      listRevision: 14,
      policy: { from: '2023-04-20', custody: ['detained', 'remand', 'imprisoned', 'medical-custody'] },
      total: 1,
      uncertain: 2,
      groups: [
        {
          category: 'believers',
          total: 1,
          flow: {
            opening: 2,
            revised: -1,
            entered: 1,
            left: { amnesty: 1, 'sentence-served': 1 },
            moved: 1,
            closing: 1,
          },
        },
        {
          category: 'unknown',
          total: 0,
          flow: { opening: 1, revised: 0, entered: 0, left: {}, moved: -1, closing: 0 },
        },
      ],
      flow: {
        since: '2025-06-10',
        opening: 3,
        revised: -1,
        entered: 1,
        left: { amnesty: 1, 'sentence-served': 1 },
        moved: 0,
        closing: 1,
      },
      hash: 'Zc5LKxKqWYmZf+g0fRtB4Ci0ZcNQj8v0yLxHvQGQ2Vg=',
      lines: [{ case: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d33', hash: 'yLxHvQGQ2VgZc5LKxKqWYmZf+g0fRtB4Ci0ZcNQj8v0=' }],
      salts: ['AAECAwQFBgcICQoLDA0ODw=='],
    },
  ],
  'reference-claimed': [
    {
      type: 'reference-claimed',
      ...said,
      list: 'union',
      reference: 'AZ-0999',
      caseId: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d33',
    },
  ],
  'log-adopted': [
    { type: 'log-adopted', ...said, events: 3_415, root: 'Zc5LKxKqWYmZf+g0fRtB4Ci0ZcNQj8v0yLxHvQGQ2Vg=' },
  ],
  'log-accepted': [
    {
      type: 'log-accepted',
      ...said,
      difference: 'shorter',
      events: 3_400,
      known: 3_415,
      checkpoint: { size: 3_415, root: 'Zc5LKxKqWYmZf+g0fRtB4Ci0ZcNQj8v0yLxHvQGQ2Vg=' },
    },
  ],
};

const fromExamples = Object.fromEntries(Object.entries(eventExamples).map(([type, example]) => [type, [example]]));

export const EXPECTED = { ...fromExamples, ...OWN } as { readonly [T in AnyEventType]: Versions<T> };

/** An event as recorded: the same envelope for all, with all its fields. */
export const recorded = (
  event: AnyEvent,
  schemaVersion: number,
): Omit<RecordedEvent<AnyEvent>, 'stream' | 'revision'> => ({
  id: '0194b3f0-8a5b-7e90-b1c2-d3e4f5061728',
  recordedAt: '2026-01-05T17:45:12.345Z',
  schemaVersion,
  actor: { kind: 'person', id: 'a-17', asserted: true },
  acknowledged: ['CASE.ARRESTED_WHILE_HELD'],
  raised: [
    {
      code: 'CASE.RECOGNISED_WHILE_NOT_HELD',
      grade: 'warn',
      events: ['0194b3f0-8a5b-7e90-b1c2-d3e4f5061728'],
      expected: 'a person in custody',
    },
  ],
  correlationId: 'b7d3c1de-3f5c-4f6e-8a0e-2b9d5c1a7f60',
  causationId: '0194b3f0-8a5b-7e90-b1c2-d3e4f5061700',
  event,
});

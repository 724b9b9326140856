/**
 * An invented event of every type that a client may record, with every field but some conditional ones: examples in the OpenAPI
 * document, and the input of tests which ensure that the DTO classes have the fields of the domain.
 */
import type { CaseEventOf, CaseEventType } from '../domain/case/events.js';
import type { ClaimEvent, ClaimEventType } from '../domain/claim/events.js';
import type { ApplicationEventType, InstrumentEvent, InstrumentEventType } from '../domain/instrument/events.js';
import type { EditionEventType, ListEvent, ListEventType } from '../domain/list/events.js';

/** Every field is required but those that depend on another field's value or on the event being dated. */
type WithEveryField<F> = Required<Omit<F, ConditionalField>> & Pick<F, ConditionalField & keyof F>;
type ConditionalField = 'occurredOn' | 'after' | 'reducedBy' | 'replacement' | 'newSentence' | 'value' | 'denies';

type FullEvents = { readonly [T in CaseEventType]: WithEveryField<CaseEventOf<T>> } & {
  readonly [T in Exclude<ListEventType, EditionEventType>]: WithEveryField<Extract<ListEvent, { type: T }>>;
} & {
  readonly [T in Exclude<InstrumentEventType, ApplicationEventType>]: WithEveryField<
    Extract<InstrumentEvent, { type: T }>
  >;
} & {
  readonly [T in ClaimEventType]: WithEveryField<Extract<ClaimEvent, { type: T }>>;
};

const commonFieldExamples = {
  sources: [
    {
      kind: 'press',
      citation: 'Invented Gazette, page 2',
      url: 'https://gazette.example/2025/12/22',
      publisher: 'Invented Gazette',
      readOn: '2026-01-05',
      machineTranslated: false,
      archiveHash: '0'.repeat(64),
    },
  ],
  reliability: 'reported',
  note: 'Invented for this example.',
} as const;

const datedFields = (occurredOn: string) =>
  ({ ...commonFieldExamples, occurredOn, after: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' }) as const;

const exampleArticle = { code: 'AZ-CC', article: '234', part: '4.3' } as const;

/** Examples of the amendment events, which streams of every kind may have. */
const amendmentExamples = {
  corrected: {
    type: 'corrected',
    event: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    correctedType: 'arrested',
    data: { occurredOn: '2024-02-02', place: null },
    ...commonFieldExamples,
  },
  retracted: {
    type: 'retracted',
    event: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    reason: 'It was another person of the same name.',
    ...commonFieldExamples,
  },
} as const;

export const eventExamples: FullEvents = {
  opened: {
    type: 'opened',
    names: [{ text: 'Səməd Nümunəyev', script: 'Latn', language: 'az', kind: 'full' }],
    references: [{ list: 'union', reference: 'EX-0001' }],
    born: '1974',
    sex: 'm',
    occupation: 'bookkeeper',
    affiliation: 'none known',
    region: 'Sheki',
    summary: 'An invented dossier.',
    ...commonFieldExamples,
  },
  named: {
    type: 'named',
    name: { text: 'Самед Нумунаев', script: 'Cyrl', language: 'ru', kind: 'transliteration' },
    ...commonFieldExamples,
  },
  referenced: { type: 'referenced', list: 'other-list', reference: '17/2025', ...commonFieldExamples },
  described: {
    type: 'described',
    born: '1974-03',
    sex: 'm',
    occupation: null,
    affiliation: null,
    region: 'Baku',
    summary: null,
    ...commonFieldExamples,
  },
  arrested: {
    type: 'arrested',
    kind: 'administrative',
    days: 30,
    authority: 'Sheki police',
    place: 'Sheki',
    incident: 'invented-affair',
    ...datedFields('2024-02-01'),
  },
  charged: { type: 'charged', articles: [exampleArticle], ...datedFields('2024-02-01') },
  remanded: {
    type: 'remanded',
    measure: 'detention',
    court: 'Sheki District Court',
    until: '2024-06-01',
    facility: 'Baku Pre-trial Detention Facility',
    ...datedFields('2024-02-03'),
  },
  tried: { type: 'tried', court: 'Sheki Court for Grave Crimes', ...datedFields('2024-04') },
  convicted: {
    type: 'convicted',
    articles: [exampleArticle],
    sentence: { kind: 'imprisonment', term: 'P3Y10M' },
    countedFrom: '2024-02-01',
    court: 'Sheki Court for Grave Crimes',
    facility: 'Penitentiary No. 2',
    inAbsentia: false,
    ...datedFields('2024-05-20'),
  },
  appealed: { type: 'appealed', instance: 'Sheki Court of Appeal', ...datedFields('2024-06') },
  'appeal-decided': {
    type: 'appeal-decided',
    outcome: 'upheld',
    instance: 'Sheki Court of Appeal',
    ...datedFields('2024-09-10'),
  },
  transferred: { type: 'transferred', facility: 'Penitentiary No. 16', medical: false, ...datedFields('2024-10-01') },
  mistreated: {
    type: 'mistreated',
    kind: 'denial-of-care',
    detail: 'No doctor for a week.',
    ...datedFields('2024-11'),
  },
  proposed: { type: 'proposed', list: 'union', ...datedFields('2024-02-10') },
  recognised: {
    type: 'recognised',
    list: 'union',
    category: 'believers',
    criteria: [{ letter: 'e', rationale: 'The court heard no witness of the defence.' }],
    ...datedFields('2024-03-18'),
  },
  recategorised: { type: 'recategorised', list: 'union', category: 'social-activists', ...datedFields('2024-09-23') },
  pardoned: {
    type: 'pardoned',
    decree: 'pardon-2023-05-27',
    effect: 'released-from-imprisonment',
    ...datedFields('2025-05-27'),
  },
  amnestied: {
    type: 'amnestied',
    act: 'amnesty-2025',
    clause: 'six-months-drugs',
    executingBody: 'Penitentiary Service',
    effect: 'released-from-imprisonment',
    ...datedFields('2025-12-26'),
  },
  paroled: { type: 'paroled', court: 'Sheki District Court', until: '2027-12-01', ...datedFields('2025-11-03') },
  'charges-dropped': { type: 'charges-dropped', ground: 'No corpus delicti.', ...datedFields('2024-04-02') },
  acquitted: { type: 'acquitted', court: 'Sheki Court for Grave Crimes', ...datedFields('2024-05-20') },
  released: { type: 'released', reason: 'amnesty', ...datedFields('2025-12-27') },
  deported: { type: 'deported', destination: 'Georgia', ...datedFields('2024') },
  exchanged: { type: 'exchanged', destination: 'Germany', ...datedFields('2024-08-01') },
  escaped: { type: 'escaped', place: 'Sheki', ...datedFields('2024-03~') },
  wanted: { type: 'wanted', authority: 'Sheki police', ...datedFields('2024-01') },
  declined: {
    type: 'declined',
    list: 'union',
    reason: 'No connection to convictions was found.',
    ...datedFields('2024-03-18'),
  },
  delisted: { type: 'delisted', list: 'union', reason: 'Moved home.', ...datedFields('2024-09-23') },
  died: {
    type: 'died',
    place: 'Baku',
    statedCause: 'heart failure',
    inCustody: true,
    ...datedFields('2025-01/2025-02'),
  },
  ...amendmentExamples,
  merged: {
    type: 'merged',
    into: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c',
    reason: 'The same person, spelt in two ways.',
    ...commonFieldExamples,
  },
  unmerged: { type: 'unmerged', reason: 'Two people of the same name after all.', ...commonFieldExamples },
  distinguished: {
    type: 'distinguished',
    from: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c',
    reason: 'Cousins of one name.',
    ...commonFieldExamples,
  },
  'list-defined': {
    type: 'list-defined',
    name: { az: 'Nümunə siyahısı', en: 'Example list', ru: 'Список для примера' },
    ...commonFieldExamples,
  },
  'category-defined': {
    type: 'category-defined',
    category: 'believers',
    name: { en: 'Believers' },
    ...commonFieldExamples,
  },
  'policy-set': {
    type: 'policy-set',
    from: '2023-04-20',
    custody: ['detained', 'remand', 'imprisoned', 'medical-custody', 'house-arrest'],
    paceRequired: false,
    ...commonFieldExamples,
  },
  'instrument-registered': {
    type: 'instrument-registered',
    kind: 'amnesty-act',
    title: 'Amnesty act of 2025',
    issuer: 'Milli Majlis',
    issued: '2025-12-19',
    submitted: '2025-12-15',
    adopted: '2025-12-19',
    inForce: '2025-12-22',
    windowEnd: '2026-04-22',
    forecast: 20_000,
    text: 'An invented act.',
    clauses: ['six-months-drugs'],
    ...commonFieldExamples,
  },
  'instrument-amended': {
    type: 'instrument-amended',
    title: 'Amnesty act of 2025',
    issuer: 'Milli Majlis',
    issued: '2025-12-19',
    submitted: '2025-12-15',
    adopted: '2025-12-19',
    inForce: '2025-12-22',
    windowEnd: '2026-06-22',
    forecast: null,
    text: null,
    ...commonFieldExamples,
  },
  'clause-set': {
    type: 'clause-set',
    clause: 'six-months-drugs',
    version: 'rolling',
    conditions: [
      { category: { list: 'union', in: ['believers'] } },
      { stage: { in: ['convicted'] } },
      { articles: { anyOf: ['234'] } },
      { remaining: { lessThan: 'P6M', measured: 'rolling' } },
    ],
    effect: 'released-from-imprisonment',
    text: 'Whoever has less than six months left, invented.',
    ...commonFieldExamples,
  },
  'clause-withdrawn': {
    type: 'clause-withdrawn',
    clause: 'six-months-drugs',
    version: 'rolling',
    reason: 'The source took it back.',
    ...commonFieldExamples,
  },
  claimed: {
    type: 'claimed',
    speaker: 'Nümunə Natiqova',
    organisation: 'Invented Gazette',
    about: { metric: 'left', list: 'union', from: '2025-12-21', to: '2026-01-05', reason: 'pardon' },
    range: { atLeast: 51 },
    saidOn: '2026-01-05',
    text: 'More than fifty were pardoned.',
    ...commonFieldExamples,
  },
  'claim-withdrawn': {
    type: 'claim-withdrawn',
    reason: 'The newspaper put it right: they were amnestied.',
    withdrawnOn: '2026-01-07',
    ...commonFieldExamples,
  },
};

/** The body of a request that applies a decree. */
export const applicationRequestExample = {
  list: 'union',
  persons: ['AZ-0018', 'AZ-0137'],
  amnestiedOn: '2025-12-22',
  releasedOn: '2025-12-23',
};

/**
 * What each event of a case means: which axes it changes, what is odd about it after what came before, and its effect.
 * One entry for every key of events.ts that happens on a day; case events change no axis.
 */
import type { Finding } from '../event.js';
import { ANY_DAY, parseEdtf, type Interval } from '../time.js';
import { DEFAULT_CODE, UNKNOWN, type Article, type CaseEventOf, type CaseEventType, type Sentence } from './events.js';
import { finding, type FindingCode } from './findings.js';
import { sentenceEnd } from './sentence.js';
import {
  HELD_CUSTODIES,
  NO_SENTENCE,
  type CaseState,
  type Custody,
  type Episode,
  type ListRecognition,
  type Proceedings,
  type ReleaseGround,
  type CurrentSentence,
} from './state.js';

/**
 * Something that an event may change. Events that change the same axis keep their order in every possible course.
 * `list:*` stands for every list.
 */
export type Axis =
  'custody' | 'proceedings' | 'sentence' | 'facility' | 'list:*' | `list:${string}` | `category:${string}`;

/** A dated event at its place in the order. */
export interface DatedEvent<T extends CaseEventType = CaseEventType> {
  readonly id: string;
  readonly event: CaseEventOf<T>;
  readonly when: Interval;
}

export interface EventRule<T extends CaseEventType> {
  axes(event: CaseEventOf<T>, before: CaseState): readonly Axis[];
  /** What is odd about it after what came before. */
  findings?(placed: DatedEvent<T>, before: CaseState): readonly Finding[];
  apply(placed: DatedEvent<T>, before: CaseState): CaseState;
}

/** Event types that are about the case and have no place in the order. */
type UndatedType = 'opened' | 'named' | 'referenced' | 'described';
export type DatedType = Exclude<CaseEventType, UndatedType>;

const CUSTODY: readonly Axis[] = ['custody', 'facility'];

const isHeld = (state: CaseState): boolean => HELD_CUSTODIES.has(state.custody);

const notHeldFindings = ({ id }: { readonly id: string }, before: CaseState): readonly Finding[] =>
  isHeld(before) ? [] : [finding('CASE.NOT_HELD', id, before.custodyBy)];

const notConvictedFindings = ({ id }: { readonly id: string }, before: CaseState): readonly Finding[] =>
  before.episode?.convicted === true ? [] : [finding('CASE.NOT_CONVICTED', id)];

const notRecognisedFindings = (list: string, id: string, before: CaseState): readonly Finding[] =>
  before.lists[list]?.recognition === 'recognised' ? [] : [finding('CASE.NOT_RECOGNISED', id)];

/** Custody changes; the event that set it stays the one that first did. */
const withCustody = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...state,
  custody,
  custodyBy: custody === state.custody ? state.custodyBy : id,
  beforeMedical: null,
  episode:
    HELD_CUSTODIES.has(custody) && state.episode !== null ? { ...state.episode, released: false } : state.episode,
});

/** Out of custody by a release or an act of state, after which an arrest begins a new episode. */
const leaveCustody = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...withCustodyAndNoFacility(state, custody, id),
  episode: state.episode && { ...state.episode, released: true },
});

/** Not held, and so in no facility. */
const withCustodyAndNoFacility = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...withCustody(state, custody, id),
  facility: null,
});

const NEW_EPISODE: Episode = { arrest: null, arrestedOn: null, convicted: false, released: false };

const withProceedings = (state: CaseState, proceedings: Proceedings, episode: Partial<Episode> = {}): CaseState => ({
  ...state,
  proceedings,
  episode: { ...NEW_EPISODE, ...state.episode, ...episode },
});

/** `234.4.3`, `28/220.1`, with the code in front where it is not the default one: `AZ-OCC:70-2`. */
export const articleText = ({ code, article, part, generalPart }: Article): string =>
  [
    code === DEFAULT_CODE ? '' : `${code}:`,
    generalPart === undefined ? '' : `${generalPart}/`,
    article,
    part === undefined ? '' : `.${part}`,
  ].join('');

const articleTexts = (articles: readonly Article[]): readonly string[] =>
  [...new Set(articles.map(articleText))].sort();

const newSentence = (sentence: Sentence, countedFrom: string | null): CurrentSentence => ({
  state: sentence.kind === 'suspended' ? 'suspended' : 'active',
  imprisonment: sentence.kind === 'imprisonment',
  life: sentence.life ?? false,
  term: sentence.term === UNKNOWN ? null : (sentence.term ?? null),
  openEnd: sentence.term === UNKNOWN || (sentence.kind === UNKNOWN && sentence.term === undefined),
  reductions: [],
  countedFrom,
});

const withSentence = (state: CaseState, change: Partial<CurrentSentence>): CaseState => ({
  ...state,
  sentence: { ...state.sentence, ...change },
});

/** A sentence that somebody serves or might serve again ends; where there is none, there is none. */
const extinguishSentence = (state: CaseState): CaseState =>
  state.sentence.state === 'none' ? state : withSentence(state, { state: 'extinguished' });

const withRecognition = (state: CaseState, list: string, change: ListRecognition): CaseState => ({
  ...state,
  lists: { ...state.lists, [list]: change },
});

const listAxes = (list: string): readonly Axis[] => [`list:${list}`, `category:${list}`];

type DatedClemency = DatedEvent<'pardoned'> | DatedEvent<'amnestied'>;

/** Effects that presuppose a sentence, and so a conviction. */
const EFFECTS_ON_A_SENTENCE: ReadonlySet<string> = new Set<DatedClemency['event']['effect']>([
  'released-from-imprisonment',
  'term-reduced',
  'released-from-non-custodial',
  'replaced',
]);

const clemencyAxes = ({ effect }: DatedClemency['event']): readonly Axis[] =>
  effect === 'released-from-liability' ? ['sentence', 'proceedings'] : ['sentence'];

const clemencyFindings = (placed: DatedClemency, before: CaseState): readonly Finding[] =>
  EFFECTS_ON_A_SENTENCE.has(placed.event.effect) ? notConvictedFindings(placed, before) : [];

/** Pardons and amnesties change sentence and proceedings; only a release changes custody. */
const applyClemency = ({ event }: DatedClemency, before: CaseState): CaseState => {
  switch (event.effect) {
    case 'released-from-imprisonment':
    case 'released-from-non-custodial':
      return withSentence(before, { state: 'extinguished' });
    case 'term-reduced':
      return event.reducedBy === undefined
        ? before
        : withSentence(before, { reductions: [...before.sentence.reductions, event.reducedBy] });
    case 'replaced':
      return event.replacement === undefined
        ? before
        : { ...before, sentence: newSentence(event.replacement, before.sentence.countedFrom) };
    case 'released-from-liability':
      return extinguishSentence({ ...before, proceedings: 'terminated' });
    case 'record-expunged':
      return extinguishSentence(before);
  }
};

const groundOf = ({ id, when }: Pick<DatedEvent, 'id' | 'when'>): ReleaseGround => ({ id, latest: when.latest });

/** Whether the episode has the event that the reason of a release speaks of; for the other reasons none is needed. */
const isFounded = ({ event, when }: DatedEvent<'released'>, before: CaseState): boolean => {
  switch (event.reason) {
    case 'pardon':
      return before.pardoned !== null;
    case 'amnesty':
      return before.amnestied !== null;
    case 'parole':
      return before.paroled !== null;
    case 'sentence-served':
      return mayBeServed(before, when);
    default:
      return true;
  }
};

/** Whether the sentence may have ended by the last possible day of a release. From an unknown day it may have ended on any. */
const mayBeServed = ({ sentence, episode }: CaseState, released: Interval): boolean => {
  const start = sentence.countedFrom === null ? (episode?.arrestedOn ?? null) : parseEdtf(sentence.countedFrom);
  const end = sentenceEnd(sentence, start ?? ANY_DAY);
  return end !== null && end.earliest <= released.latest;
};

/** Whether an arrest begins an episode. */
const startsEpisode = (before: CaseState): boolean => before.episode === null || before.episode.released;

const startEpisode = (state: CaseState): CaseState => ({
  ...state,
  episode: NEW_EPISODE,
  proceedings: 'none',
  sentence: NO_SENTENCE,
  articles: [],
  incident: null,
  lists: {},
  pardoned: null,
  amnestied: null,
  paroled: null,
});

const RELEASED_TO: Partial<Record<CaseEventOf<'released'>['reason'], Custody>> = {
  parole: 'conditional-liberty',
  exchange: 'abroad',
};

export const rules: { readonly [T in DatedType]: EventRule<T> } = {
  arrested: {
    axes: (_, before) => (startsEpisode(before) ? [...CUSTODY, 'proceedings', 'sentence', 'list:*'] : CUSTODY),
    findings: ({ id }, before) => (isHeld(before) ? [finding('CASE.ALREADY_HELD', id, before.custodyBy)] : []),
    apply: ({ id, event, when }, before) => {
      const state = startsEpisode(before) ? startEpisode(before) : before;
      const serving = state.sentence.state === 'active' && state.sentence.imprisonment;
      const taken = withCustodyAndNoFacility(state, serving ? 'imprisoned' : 'detained', id);
      return {
        ...taken,
        incident: event.incident ?? state.incident,
        episode: taken.episode && {
          ...taken.episode,
          arrest: taken.episode.arrest ?? id,
          arrestedOn: taken.episode.arrestedOn ?? when,
        },
      };
    },
  },
  charged: {
    axes: () => ['proceedings'],
    apply: ({ event }, before) => ({ ...withProceedings(before, 'charged'), articles: articleTexts(event.articles) }),
  },
  remanded: {
    axes: () => CUSTODY,
    findings: notHeldFindings,
    apply: ({ id, event }, before) =>
      event.measure === 'house-arrest'
        ? withCustodyAndNoFacility(before, 'house-arrest', id)
        : { ...withCustody(before, 'remand', id), facility: event.facility ?? before.facility },
  },
  tried: { axes: () => ['proceedings'], apply: (_, before) => withProceedings(before, 'on-trial') },
  convicted: {
    axes: () => [...CUSTODY, 'proceedings', 'sentence'],
    findings: ({ id, event }, before) =>
      event.inAbsentia === true || (before.episode !== null && before.episode.arrest !== null)
        ? []
        : [finding('CASE.NOT_ARRESTED', id)],
    apply: ({ id, event }, before) => {
      const convicted: CaseState = {
        ...withProceedings(before, 'convicted', { convicted: true }),
        articles: articleTexts(event.articles),
        sentence: newSentence(event.sentence, event.countedFrom ?? null),
        facility: event.facility ?? before.facility,
      };
      return isHeld(before) && event.sentence.kind === 'imprisonment'
        ? withCustody(convicted, 'imprisoned', id)
        : convicted;
    },
  },
  appealed: {
    axes: () => ['proceedings'],
    findings: notConvictedFindings,
    apply: (_, before) => withProceedings(before, 'on-appeal'),
  },
  'appeal-decided': {
    axes: () => ['proceedings', 'sentence'],
    findings: notConvictedFindings,
    apply: ({ event }, before) => {
      const changed =
        event.newSentence === undefined
          ? before
          : { ...before, sentence: newSentence(event.newSentence, before.sentence.countedFrom) };
      switch (event.outcome) {
        case 'upheld':
        case 'reduced':
        case 'increased':
          return withProceedings(changed, 'final');
        case 'suspended':
          return withSentence(withProceedings(changed, 'final'), { state: 'suspended' });
        case 'quashed':
          return extinguishSentence(withProceedings(before, 'quashed'));
        case 'retrial':
          return extinguishSentence(withProceedings(before, 'on-trial', { convicted: false }));
      }
    },
  },
  transferred: {
    axes: ({ medical }) => (medical === undefined ? ['facility'] : CUSTODY),
    findings: notHeldFindings,
    apply: ({ id, event }, before) => {
      const moved = { ...before, facility: event.facility };
      if (event.medical === true)
        return { ...withCustody(moved, 'medical-custody', id), beforeMedical: before.beforeMedical ?? before.custody };
      return event.medical === false && before.beforeMedical !== null
        ? withCustody(moved, before.beforeMedical, id)
        : moved;
    },
  },
  mistreated: { axes: () => [], apply: (_, before) => before },
  proposed: {
    axes: ({ list }) => listAxes(list),
    apply: ({ id, event }, before) =>
      withRecognition(before, event.list, { recognition: 'proposed', category: null, by: id }),
  },
  recognised: {
    axes: ({ list }) => listAxes(list),
    findings: ({ id }, before) => (isHeld(before) ? [] : [finding('CASE.RECOGNISED_NOT_HELD', id)]),
    apply: ({ id, event }, before) =>
      withRecognition(before, event.list, { recognition: 'recognised', category: event.category, by: id }),
  },
  recategorised: {
    axes: ({ list }) => [`category:${list}`],
    findings: ({ id, event }, before) => notRecognisedFindings(event.list, id, before),
    apply: ({ event }, before) => {
      const standing = before.lists[event.list];
      return standing?.recognition === 'recognised'
        ? withRecognition(before, event.list, { ...standing, category: event.category })
        : before;
    },
  },
  pardoned: {
    axes: clemencyAxes,
    findings: clemencyFindings,
    apply: (placed, before) => ({ ...applyClemency(placed, before), pardoned: groundOf(placed) }),
  },
  amnestied: {
    axes: clemencyAxes,
    findings: clemencyFindings,
    apply: (placed, before) => ({ ...applyClemency(placed, before), amnestied: groundOf(placed) }),
  },
  paroled: {
    axes: () => ['sentence'],
    findings: notConvictedFindings,
    apply: (placed, before) => ({
      ...(before.sentence.state === 'active' ? withSentence(before, { state: 'suspended' }) : before),
      paroled: groundOf(placed),
    }),
  },
  'charges-dropped': {
    axes: () => ['proceedings', 'sentence'],
    apply: (_, before) => extinguishSentence(withProceedings(before, 'terminated')),
  },
  acquitted: {
    axes: () => ['proceedings', 'sentence'],
    apply: (_, before) => extinguishSentence(withProceedings(before, 'acquitted')),
  },
  released: {
    axes: () => CUSTODY,
    findings: (placed, before) => [
      ...notHeldFindings(placed, before),
      ...(isFounded(placed, before) ? [] : [finding('CASE.RELEASE_UNFOUNDED', placed.id)]),
      ...(placed.event.reason === 'amnesty' &&
      before.amnestied !== null &&
      before.amnestied.latest < placed.when.earliest
        ? [finding('CASE.RELEASE_DELAYED', placed.id, before.amnestied.id)]
        : []),
    ],
    apply: ({ id, event }, before) => leaveCustody(before, RELEASED_TO[event.reason] ?? 'free', id),
  },
  deported: { axes: () => CUSTODY, apply: ({ id }, before) => leaveCustody(before, 'abroad', id) },
  exchanged: { axes: () => CUSTODY, apply: ({ id }, before) => leaveCustody(before, 'abroad', id) },
  escaped: {
    axes: () => CUSTODY,
    findings: notHeldFindings,
    apply: ({ id }, before) => withCustodyAndNoFacility(before, 'fugitive', id),
  },
  wanted: { axes: () => CUSTODY, apply: ({ id }, before) => withCustodyAndNoFacility(before, 'fugitive', id) },
  declined: {
    axes: ({ list }) => listAxes(list),
    apply: ({ id, event }, before) =>
      withRecognition(before, event.list, { recognition: 'declined', category: null, by: id }),
  },
  delisted: {
    axes: ({ list }) => listAxes(list),
    findings: ({ id, event }, before) => notRecognisedFindings(event.list, id, before),
    apply: ({ id, event }, before) =>
      withRecognition(before, event.list, { recognition: 'delisted', category: null, by: id }),
  },
  died: {
    axes: () => CUSTODY,
    apply: ({ id }, before) => ({ ...withCustodyAndNoFacility(before, 'deceased', id), died: id }),
  },
};

/** The rule of a placed event; the map's entry for a type takes events of that type alone. */
const ruleOf = ({ event }: DatedEvent): EventRule<DatedType> =>
  rules[event.type as DatedType] as unknown as EventRule<DatedType>;

const AXES_FROZEN_BY_DEATH: ReadonlySet<Axis> = new Set<Axis>(['custody', 'proceedings']);

export const axesOf = (placed: DatedEvent, before: CaseState): readonly Axis[] =>
  ruleOf(placed).axes(placed.event as CaseEventOf<DatedType>, before);

export const findingsAt = (placed: DatedEvent, before: CaseState): readonly Finding[] => [
  ...(before.died !== null && axesOf(placed, before).some((axis) => AXES_FROZEN_BY_DEATH.has(axis))
    ? [finding('CASE.DECEASED' satisfies FindingCode, placed.id, before.died)]
    : []),
  ...(ruleOf(placed).findings?.(placed as DatedEvent<DatedType>, before) ?? []),
];

export const applyEvent = (placed: DatedEvent, before: CaseState): CaseState =>
  ruleOf(placed).apply(placed as DatedEvent<DatedType>, before);

/** Whether two sets of axes have one in common. */
export const shareAxis = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a.some((axis) => b.some((other) => axis === other || includesAxis(axis, other) || includesAxis(other, axis)));

const includesAxis = (all: Axis, one: Axis): boolean => all === 'list:*' && /^(list|category):/.test(one);

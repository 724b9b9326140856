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
  HELD,
  NO_SENTENCE,
  type CaseState,
  type Custody,
  type Episode,
  type ListState,
  type Proceedings,
  type Relief,
  type SentenceStanding,
} from './state.js';

/**
 * Something that an event may change. Events that change the same axis keep their order in every possible course.
 * `list:*` stands for every list.
 */
export type Axis =
  'custody' | 'proceedings' | 'sentence' | 'facility' | 'list:*' | `list:${string}` | `category:${string}`;

/** A dated event at its place in the order. */
export interface Placed<T extends CaseEventType = CaseEventType> {
  readonly id: string;
  readonly event: CaseEventOf<T>;
  readonly when: Interval;
}

export interface Rule<T extends CaseEventType> {
  axes(event: CaseEventOf<T>, before: CaseState): readonly Axis[];
  /** What is odd about it after what came before. */
  finds?(placed: Placed<T>, before: CaseState): readonly Finding[];
  effect(placed: Placed<T>, before: CaseState): CaseState;
}

/** Event types that are about the case and have no place in the order. */
type UndatedType = 'opened' | 'named' | 'referenced' | 'described';
export type DatedType = Exclude<CaseEventType, UndatedType>;

const CUSTODY: readonly Axis[] = ['custody', 'facility'];

const isHeld = (state: CaseState): boolean => HELD.has(state.custody);

const unlessHeld = ({ id }: { readonly id: string }, before: CaseState): readonly Finding[] =>
  isHeld(before) ? [] : [finding('CASE.NOT_HELD', id, before.custodyBy)];

const unlessConvicted = ({ id }: { readonly id: string }, before: CaseState): readonly Finding[] =>
  before.episode?.convicted === true ? [] : [finding('CASE.NOT_CONVICTED', id)];

const unlessRecognised = (list: string, id: string, before: CaseState): readonly Finding[] =>
  before.lists[list]?.recognition === 'recognised' ? [] : [finding('CASE.NOT_RECOGNISED', id)];

/** Custody changes; the event that set it stays the one that first did. */
const inCustody = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...state,
  custody,
  custodyBy: custody === state.custody ? state.custodyBy : id,
  beforeMedical: null,
  episode: HELD.has(custody) && state.episode !== null ? { ...state.episode, released: false } : state.episode,
});

/** Out of custody by a release or an act of state, after which an arrest begins a new episode. */
const outOfCustody = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...atLarge(state, custody, id),
  episode: state.episode && { ...state.episode, released: true },
});

/** Not held, and so in no facility. */
const atLarge = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...inCustody(state, custody, id),
  facility: null,
});

const NEW_EPISODE: Episode = { arrest: null, arrestedOn: null, convicted: false, released: false };

const inProceedings = (state: CaseState, proceedings: Proceedings, episode: Partial<Episode> = {}): CaseState => ({
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

const passed = (sentence: Sentence, countedFrom: string | null): SentenceStanding => ({
  state: sentence.kind === 'suspended' ? 'suspended' : 'active',
  imprisonment: sentence.kind === 'imprisonment',
  life: sentence.life ?? false,
  term: sentence.term === UNKNOWN ? null : (sentence.term ?? null),
  openEnd: sentence.term === UNKNOWN || (sentence.kind === UNKNOWN && sentence.term === undefined),
  reductions: [],
  countedFrom,
});

const withSentence = (state: CaseState, change: Partial<SentenceStanding>): CaseState => ({
  ...state,
  sentence: { ...state.sentence, ...change },
});

/** A sentence that somebody serves or might serve again ends; where there is none, there is none. */
const extinguishedIfAny = (state: CaseState): CaseState =>
  state.sentence.state === 'none' ? state : withSentence(state, { state: 'extinguished' });

const withList = (state: CaseState, list: string, change: ListState): CaseState => ({
  ...state,
  lists: { ...state.lists, [list]: change },
});

const listAxes = (list: string): readonly Axis[] => [`list:${list}`, `category:${list}`];

type Clemency = Placed<'pardoned'> | Placed<'amnestied'>;

/** Effects that presuppose a sentence, and so a conviction. */
const FROM_A_SENTENCE: ReadonlySet<string> = new Set<Clemency['event']['effect']>([
  'released-from-imprisonment',
  'term-reduced',
  'released-from-non-custodial',
  'replaced',
]);

const clemencyAxes = ({ effect }: Clemency['event']): readonly Axis[] =>
  effect === 'released-from-liability' ? ['sentence', 'proceedings'] : ['sentence'];

const clemencyFinds = (placed: Clemency, before: CaseState): readonly Finding[] =>
  FROM_A_SENTENCE.has(placed.event.effect) ? unlessConvicted(placed, before) : [];

/** Pardons and amnesties change sentence and proceedings; only a release changes custody. */
const clemencyEffect = ({ event }: Clemency, before: CaseState): CaseState => {
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
        : { ...before, sentence: passed(event.replacement, before.sentence.countedFrom) };
    case 'released-from-liability':
      return extinguishedIfAny({ ...before, proceedings: 'terminated' });
    case 'record-expunged':
      return extinguishedIfAny(before);
  }
};

const relief = ({ id, when }: Pick<Placed, 'id' | 'when'>): Relief => ({ id, latest: when.latest });

/** Whether the episode has the event that the reason of a release speaks of; for the other reasons none is needed. */
const isFounded = ({ event, when }: Placed<'released'>, before: CaseState): boolean => {
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
const beginsEpisode = (before: CaseState): boolean => before.episode === null || before.episode.released;

const newEpisode = (state: CaseState): CaseState => ({
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

export const rules: { readonly [T in DatedType]: Rule<T> } = {
  arrested: {
    axes: (_, before) => (beginsEpisode(before) ? [...CUSTODY, 'proceedings', 'sentence', 'list:*'] : CUSTODY),
    finds: ({ id }, before) => (isHeld(before) ? [finding('CASE.ALREADY_HELD', id, before.custodyBy)] : []),
    effect: ({ id, event, when }, before) => {
      const state = beginsEpisode(before) ? newEpisode(before) : before;
      const serving = state.sentence.state === 'active' && state.sentence.imprisonment;
      const taken = atLarge(state, serving ? 'imprisoned' : 'detained', id);
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
    effect: ({ event }, before) => ({ ...inProceedings(before, 'charged'), articles: articleTexts(event.articles) }),
  },
  remanded: {
    axes: () => CUSTODY,
    finds: unlessHeld,
    effect: ({ id, event }, before) =>
      event.measure === 'house-arrest'
        ? atLarge(before, 'house-arrest', id)
        : { ...inCustody(before, 'remand', id), facility: event.facility ?? before.facility },
  },
  tried: { axes: () => ['proceedings'], effect: (_, before) => inProceedings(before, 'on-trial') },
  convicted: {
    axes: () => [...CUSTODY, 'proceedings', 'sentence'],
    finds: ({ id, event }, before) =>
      event.inAbsentia === true || (before.episode !== null && before.episode.arrest !== null)
        ? []
        : [finding('CASE.NOT_ARRESTED', id)],
    effect: ({ id, event }, before) => {
      const convicted: CaseState = {
        ...inProceedings(before, 'convicted', { convicted: true }),
        articles: articleTexts(event.articles),
        sentence: passed(event.sentence, event.countedFrom ?? null),
        facility: event.facility ?? before.facility,
      };
      return isHeld(before) && event.sentence.kind === 'imprisonment'
        ? inCustody(convicted, 'imprisoned', id)
        : convicted;
    },
  },
  appealed: {
    axes: () => ['proceedings'],
    finds: unlessConvicted,
    effect: (_, before) => inProceedings(before, 'on-appeal'),
  },
  'appeal-decided': {
    axes: () => ['proceedings', 'sentence'],
    finds: unlessConvicted,
    effect: ({ event }, before) => {
      const changed =
        event.newSentence === undefined
          ? before
          : { ...before, sentence: passed(event.newSentence, before.sentence.countedFrom) };
      switch (event.outcome) {
        case 'upheld':
        case 'reduced':
        case 'increased':
          return inProceedings(changed, 'final');
        case 'suspended':
          return withSentence(inProceedings(changed, 'final'), { state: 'suspended' });
        case 'quashed':
          return extinguishedIfAny(inProceedings(before, 'quashed'));
        case 'retrial':
          return extinguishedIfAny(inProceedings(before, 'on-trial', { convicted: false }));
      }
    },
  },
  transferred: {
    axes: ({ medical }) => (medical === undefined ? ['facility'] : CUSTODY),
    finds: unlessHeld,
    effect: ({ id, event }, before) => {
      const moved = { ...before, facility: event.facility };
      if (event.medical === true)
        return { ...inCustody(moved, 'medical-custody', id), beforeMedical: before.beforeMedical ?? before.custody };
      return event.medical === false && before.beforeMedical !== null
        ? inCustody(moved, before.beforeMedical, id)
        : moved;
    },
  },
  mistreated: { axes: () => [], effect: (_, before) => before },
  proposed: {
    axes: ({ list }) => listAxes(list),
    effect: ({ id, event }, before) =>
      withList(before, event.list, { recognition: 'proposed', category: null, by: id }),
  },
  recognised: {
    axes: ({ list }) => listAxes(list),
    finds: ({ id }, before) => (isHeld(before) ? [] : [finding('CASE.RECOGNISED_NOT_HELD', id)]),
    effect: ({ id, event }, before) =>
      withList(before, event.list, { recognition: 'recognised', category: event.category, by: id }),
  },
  recategorised: {
    axes: ({ list }) => [`category:${list}`],
    finds: ({ id, event }, before) => unlessRecognised(event.list, id, before),
    effect: ({ event }, before) => {
      const standing = before.lists[event.list];
      return standing?.recognition === 'recognised'
        ? withList(before, event.list, { ...standing, category: event.category })
        : before;
    },
  },
  pardoned: {
    axes: clemencyAxes,
    finds: clemencyFinds,
    effect: (placed, before) => ({ ...clemencyEffect(placed, before), pardoned: relief(placed) }),
  },
  amnestied: {
    axes: clemencyAxes,
    finds: clemencyFinds,
    effect: (placed, before) => ({ ...clemencyEffect(placed, before), amnestied: relief(placed) }),
  },
  paroled: {
    axes: () => ['sentence'],
    finds: unlessConvicted,
    effect: (placed, before) => ({
      ...(before.sentence.state === 'active' ? withSentence(before, { state: 'suspended' }) : before),
      paroled: relief(placed),
    }),
  },
  'charges-dropped': {
    axes: () => ['proceedings', 'sentence'],
    effect: (_, before) => extinguishedIfAny(inProceedings(before, 'terminated')),
  },
  acquitted: {
    axes: () => ['proceedings', 'sentence'],
    effect: (_, before) => extinguishedIfAny(inProceedings(before, 'acquitted')),
  },
  released: {
    axes: () => CUSTODY,
    finds: (placed, before) => [
      ...unlessHeld(placed, before),
      ...(isFounded(placed, before) ? [] : [finding('CASE.RELEASE_UNFOUNDED', placed.id)]),
      ...(placed.event.reason === 'amnesty' &&
      before.amnestied !== null &&
      before.amnestied.latest < placed.when.earliest
        ? [finding('CASE.RELEASE_DELAYED', placed.id, before.amnestied.id)]
        : []),
    ],
    effect: ({ id, event }, before) => outOfCustody(before, RELEASED_TO[event.reason] ?? 'free', id),
  },
  deported: { axes: () => CUSTODY, effect: ({ id }, before) => outOfCustody(before, 'abroad', id) },
  exchanged: { axes: () => CUSTODY, effect: ({ id }, before) => outOfCustody(before, 'abroad', id) },
  escaped: { axes: () => CUSTODY, finds: unlessHeld, effect: ({ id }, before) => atLarge(before, 'fugitive', id) },
  wanted: { axes: () => CUSTODY, effect: ({ id }, before) => atLarge(before, 'fugitive', id) },
  declined: {
    axes: ({ list }) => listAxes(list),
    effect: ({ id, event }, before) =>
      withList(before, event.list, { recognition: 'declined', category: null, by: id }),
  },
  delisted: {
    axes: ({ list }) => listAxes(list),
    finds: ({ id, event }, before) => unlessRecognised(event.list, id, before),
    effect: ({ id, event }, before) =>
      withList(before, event.list, { recognition: 'delisted', category: null, by: id }),
  },
  died: {
    axes: () => CUSTODY,
    effect: ({ id }, before) => ({ ...atLarge(before, 'deceased', id), died: id }),
  },
};

/** The rule of a placed event; the map's entry for a type takes events of that type alone. */
const ruleOf = ({ event }: Placed): Rule<DatedType> => rules[event.type as DatedType] as unknown as Rule<DatedType>;

const AXES_FROZEN_BY_DEATH: ReadonlySet<Axis> = new Set<Axis>(['custody', 'proceedings']);

export const axesOf = (placed: Placed, before: CaseState): readonly Axis[] =>
  ruleOf(placed).axes(placed.event as CaseEventOf<DatedType>, before);

export const findsOf = (placed: Placed, before: CaseState): readonly Finding[] => [
  ...(before.died !== null && axesOf(placed, before).some((axis) => AXES_FROZEN_BY_DEATH.has(axis))
    ? [finding('CASE.DECEASED' satisfies FindingCode, placed.id, before.died)]
    : []),
  ...(ruleOf(placed).finds?.(placed as Placed<DatedType>, before) ?? []),
];

export const effectOf = (placed: Placed, before: CaseState): CaseState =>
  ruleOf(placed).effect(placed as Placed<DatedType>, before);

/** Whether two sets of axes have one in common. */
export const shareAxis = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a.some((axis) => b.some((other) => axis === other || covers(axis, other) || covers(other, axis)));

const covers = (all: Axis, one: Axis): boolean => all === 'list:*' && /^(list|category):/.test(one);

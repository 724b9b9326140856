/**
 * The rules of the dated events of a case: the axes that an event changes, its findings in the state before it, and the
 * state that it leads to. The compiler demands a rule for every dated type of events.ts.
 */
import type { AmendmentType } from '../amendments.js';
import type { Finding } from '../event.js';
import { ANY_DAY, parseEdtf, type Interval } from '../time.js';
import {
  DEFAULT_CRIMINAL_CODE,
  UNREPORTED,
  type Article,
  type CaseEventOf,
  type CaseEventType,
  type Sentence,
} from './events.js';
import { finding, type FindingCode } from './findings.js';
import { possibleSentenceEnd } from './sentence.js';
import {
  CONVICTED_STAGE,
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
 * A part of the state that events change. Events that share an axis keep their order in every possible course.
 * `list:*` includes the recognition and category of every list.
 */
export type Axis =
  'custody' | 'proceedings' | 'sentence' | 'facility' | 'list:*' | `list:${string}` | `category:${string}`;

/** An event with its parsed date; ANY_DAY if it has none. */
export interface DatedEvent<T extends CaseEventType = CaseEventType> {
  readonly id: string;
  readonly event: CaseEventOf<T>;
  readonly when: Interval;
}

export interface EventRule<T extends CaseEventType> {
  axes(event: CaseEventOf<T>, state: CaseState): readonly Axis[];
  /** Findings of the event in the state before it. */
  findings?(dated: DatedEvent<T>, state: CaseState): readonly Finding[];
  apply(dated: DatedEvent<T>, state: CaseState): CaseState;
}

type UndatedType =
  'opened' | 'named' | 'referenced' | 'described' | 'merged' | 'unmerged' | 'distinguished' | AmendmentType;
export type DatedType = Exclude<CaseEventType, UndatedType>;

const CUSTODY_AXES: readonly Axis[] = ['custody', 'facility'];

const isHeld = (state: CaseState): boolean => HELD_CUSTODIES.has(state.custody);

const notHeldFindings = ({ id }: { readonly id: string }, state: CaseState): readonly Finding[] =>
  isHeld(state) ? [] : [finding('CASE.NOT_HELD', id, state.custodyEventId)];

const notConvictedFindings = ({ id }: { readonly id: string }, state: CaseState): readonly Finding[] =>
  state.episode?.isConvicted === true ? [] : [finding('CASE.NOT_CONVICTED', id)];

const notRecognisedFindings = (list: string, id: string, state: CaseState): readonly Finding[] =>
  state.lists[list]?.recognition === 'recognised' ? [] : [finding('CASE.NOT_RECOGNISED', id)];

/** An event that repeats the custody does not replace `custodyEventId`. */
const withCustody = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...state,
  custody,
  custodyEventId: custody === state.custody ? state.custodyEventId : id,
  custodyBeforeMedical: null,
  episode:
    HELD_CUSTODIES.has(custody) && state.episode !== null
      ? { ...state.episode, endsAtNextArrest: false }
      : state.episode,
});

/** Unlike an escape, a release, deportation or exchange lets the next arrest start a new episode. */
const leaveCustody = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...withCustodyAndNoFacility(state, custody, id),
  episode: state.episode && { ...state.episode, endsAtNextArrest: true },
});

const withCustodyAndNoFacility = (state: CaseState, custody: Custody, id: string): CaseState => ({
  ...withCustody(state, custody, id),
  facility: null,
});

const NEW_EPISODE: Episode = { firstArrestId: null, arrestedOn: null, isConvicted: false, endsAtNextArrest: false };

const withProceedings = (state: CaseState, proceedings: Proceedings, episode: Partial<Episode> = {}): CaseState => ({
  ...state,
  proceedings,
  episode: { ...(state.episode ?? NEW_EPISODE), ...episode },
});

/** Formats an article: `234.4.3`, `28/220.1`; other codes than DEFAULT_CRIMINAL_CODE are prefixed: `AZ-OCC:70-2`. */
export const articleText = ({ code, article, part, generalPart }: Article): string =>
  [
    code === DEFAULT_CRIMINAL_CODE ? '' : `${code}:`,
    generalPart === undefined ? '' : `${generalPart}/`,
    article,
    part === undefined ? '' : `.${part}`,
  ].join('');

/** Ends proceedings without guilt. Those of a charge after a conviction leave the conviction and its sentence as they were. */
const endProceedings = (state: CaseState, proceedings: 'terminated' | 'acquitted'): CaseState =>
  state.earlierConviction !== null
    ? {
        ...withProceedings(state, state.earlierConviction.proceedings),
        articles: state.earlierConviction.articles,
        earlierConviction: null,
      }
    : extinguishSentence(withProceedings(state, proceedings));

/** The proceedings of the conviction, which go on beside those of a charge after it. */
const withProceedingsOfConviction = (state: CaseState, proceedings: Proceedings): CaseState =>
  state.earlierConviction === null
    ? withProceedings(state, proceedings)
    : { ...state, earlierConviction: { ...state.earlierConviction, proceedings } };

const articleTexts = (articles: readonly Article[]): readonly string[] =>
  [...new Set(articles.map(articleText))].sort();

type SentenceStart = Pick<CurrentSentence, 'countedFrom' | 'passedWhileServing'>;

const toCurrentSentence = (
  sentence: Sentence,
  { countedFrom, passedWhileServing }: SentenceStart,
): CurrentSentence => ({
  state: sentence.kind === 'suspended' ? 'suspended' : 'active',
  isImprisonment: sentence.kind === 'imprisonment',
  isForLife: sentence.life ?? false,
  term: sentence.term === UNREPORTED ? null : (sentence.term ?? null),
  isTermUnknown: sentence.term === UNREPORTED || (sentence.kind === UNREPORTED && sentence.term === undefined),
  reductions: [],
  countedFrom,
  passedWhileServing,
});

/** Whether a sentence of imprisonment runs. It may have ended since it began: no event says so. */
const isServing = ({ sentence }: CaseState): boolean => sentence.state === 'active' && sentence.isImprisonment;

/** Kinds that leave a sentence of imprisonment running as it was. */
const NON_CUSTODIAL_KINDS: ReadonlySet<Sentence['kind']> = new Set<Sentence['kind']>([
  'suspended',
  'restriction',
  'fine',
]);

/** The proceedings, sentence and articles after a conviction. */
const withJudgment = ({ id, event }: DatedEvent<'convicted'>, state: CaseState): CaseState => {
  const convicted = { ...withProceedings(state, 'convicted', { isConvicted: true }), earlierConviction: null };
  if (isServing(state) && NON_CUSTODIAL_KINDS.has(event.sentence.kind))
    return { ...convicted, articles: (state.earlierConviction ?? state).articles };
  const start = { countedFrom: event.countedFrom ?? null, passedWhileServing: isServing(state) ? id : null };
  return { ...convicted, articles: articleTexts(event.articles), sentence: toCurrentSentence(event.sentence, start) };
};

/** Whether the episode has had no judgment yet: whoever is at liberty at its first one is arrested to serve it. */
const awaitsFirstJudgment = ({ proceedings, episode }: CaseState): boolean =>
  episode?.isConvicted === false && AWAITING_JUDGMENT.has(proceedings);

const AWAITING_JUDGMENT: ReadonlySet<Proceedings> = new Set<Proceedings>(['none', 'charged', 'on-trial']);

/**
 * The custody that a judgment or a remand orders. Somebody in medical custody stays there, and returns to the ordered custody later, unless the
 * event names a facility.
 */
const withOrderedCustody = (
  state: CaseState,
  custody: 'remand' | 'imprisoned',
  facility: string | undefined,
  id: string,
): CaseState =>
  state.custody === 'medical-custody' && facility === undefined
    ? { ...state, custodyBeforeMedical: custody }
    : { ...withCustody(state, custody, id), facility: facility ?? state.facility };

const withSentence = (state: CaseState, change: Partial<CurrentSentence>): CaseState => ({
  ...state,
  sentence: { ...state.sentence, ...change },
});

/** Leaves a case without a sentence unchanged. */
const extinguishSentence = (state: CaseState): CaseState =>
  state.sentence.state === 'none' ? state : withSentence(state, { state: 'extinguished' });

const withRecognition = (state: CaseState, list: string, change: ListRecognition): CaseState => ({
  ...state,
  lists: { ...state.lists, [list]: change },
});

const listAxes = (list: string): readonly Axis[] => [`list:${list}`, `category:${list}`];

type DatedClemency = DatedEvent<'pardoned'> | DatedEvent<'amnestied'>;

/** Effects that require a conviction. */
const EFFECTS_ON_A_SENTENCE: ReadonlySet<string> = new Set<DatedClemency['event']['effect']>([
  'released-from-imprisonment',
  'term-reduced',
  'released-from-non-custodial',
  'replaced',
]);

const clemencyAxes = ({ effect }: DatedClemency['event']): readonly Axis[] =>
  effect === 'released-from-liability' ? ['sentence', 'proceedings'] : ['sentence'];

const clemencyFindings = (dated: DatedClemency, state: CaseState): readonly Finding[] => [
  ...(EFFECTS_ON_A_SENTENCE.has(dated.event.effect) ? notConvictedFindings(dated, state) : []),
  ...(dated.event.effect === 'released-from-imprisonment' ? notHeldFindings(dated, state) : []),
];

/** Clemency never changes custody; only the release that follows does. */
const applyClemency = ({ event }: DatedClemency, state: CaseState): CaseState => {
  switch (event.effect) {
    case 'released-from-imprisonment':
    case 'released-from-non-custodial':
      return withSentence(state, { state: 'extinguished' });
    case 'term-reduced':
      return event.reducedBy === undefined
        ? state
        : withSentence(state, { reductions: [...state.sentence.reductions, event.reducedBy] });
    case 'replaced':
      return event.replacement === undefined
        ? state
        : { ...state, sentence: toCurrentSentence(event.replacement, state.sentence) };
    case 'released-from-liability':
      return endProceedings(state, 'terminated');
    case 'record-expunged':
      return extinguishSentence(state);
  }
};

const releaseGroundOf = ({ id, when }: Pick<DatedEvent, 'id' | 'when'>): ReleaseGround => ({
  id,
  latestDay: when.latest,
});

/**
 * Whether the episode has what the reason of the release requires: a pardon, an amnesty, a parole, or a sentence that may
 * have ended. Most reasons require nothing.
 */
const isReleaseFounded = ({ event, when }: DatedEvent<'released'>, state: CaseState): boolean => {
  switch (event.reason) {
    case 'pardon':
      return state.lastPardon !== null;
    case 'amnesty':
      return state.lastAmnesty !== null;
    case 'parole':
      return state.lastParole !== null;
    case 'sentence-served':
      return mayHaveServedSentence(state, when);
    default:
      return true;
  }
};

/**
 * Whether a sentence runs that may have ended by the last possible day of the release. A sentence whose first day is
 * unknown may have begun on any day; imprisonment for life does not end.
 */
const mayHaveServedSentence = ({ sentence, episode }: CaseState, released: Interval): boolean => {
  const start = sentence.countedFrom === null ? (episode?.arrestedOn ?? null) : parseEdtf(sentence.countedFrom);
  const end = possibleSentenceEnd(sentence, start ?? ANY_DAY);
  return end !== null && end.earliest <= released.latest;
};

const nextArrestStartsEpisode = (state: CaseState): boolean => state.episode === null || state.episode.endsAtNextArrest;

/** Makes the next arrest one of this episode. */
const continueEpisode = (state: CaseState): CaseState => ({
  ...state,
  episode: state.episode && { ...state.episode, endsAtNextArrest: false },
});

const startEpisode = (state: CaseState): CaseState => ({
  ...state,
  episode: NEW_EPISODE,
  proceedings: 'none',
  earlierConviction: null,
  sentence: NO_SENTENCE,
  articles: [],
  incident: null,
  lists: {},
  lastPardon: null,
  lastAmnesty: null,
  lastParole: null,
});

/** The custody after a release; `free` for reasons that are not listed. */
const CUSTODY_AFTER_RELEASE: Partial<Record<CaseEventOf<'released'>['reason'], Custody>> = {
  parole: 'conditional-liberty',
  exchange: 'abroad',
};

export const rules: { readonly [T in DatedType]: EventRule<T> } = {
  arrested: {
    axes: (_, state) =>
      nextArrestStartsEpisode(state) ? [...CUSTODY_AXES, 'proceedings', 'sentence', 'list:*'] : CUSTODY_AXES,
    findings: ({ id }, state) => (isHeld(state) ? [finding('CASE.ALREADY_HELD', id, state.custodyEventId)] : []),
    apply: ({ id, event, when }, state) => {
      const started = nextArrestStartsEpisode(state) ? startEpisode(state) : state;
      const inCustody = withCustodyAndNoFacility(started, isServing(started) ? 'imprisoned' : 'detained', id);
      return {
        ...inCustody,
        incident: event.incident ?? started.incident,
        episode: inCustody.episode && {
          ...inCustody.episode,
          firstArrestId: inCustody.episode.firstArrestId ?? id,
          arrestedOn: inCustody.episode.arrestedOn ?? when,
        },
      };
    },
  },
  charged: {
    axes: () => ['proceedings'],
    apply: ({ event }, state) => ({
      ...withProceedings(state, 'charged'),
      articles: articleTexts(event.articles),
      earlierConviction: CONVICTED_STAGE.has(state.proceedings)
        ? { proceedings: state.proceedings, articles: state.articles }
        : state.earlierConviction,
    }),
  },
  remanded: {
    axes: () => CUSTODY_AXES,
    findings: notHeldFindings,
    apply: ({ id, event }, state) =>
      event.measure === 'house-arrest'
        ? withCustodyAndNoFacility(state, 'house-arrest', id)
        : withOrderedCustody(state, 'remand', event.facility, id),
  },
  tried: { axes: () => ['proceedings'], apply: (_, state) => withProceedings(state, 'on-trial') },
  convicted: {
    axes: () => [...CUSTODY_AXES, 'proceedings', 'sentence'],
    findings: ({ id, event }, state) => [
      ...(event.inAbsentia === true || (state.episode !== null && state.episode.firstArrestId !== null)
        ? []
        : [finding('CASE.NOT_ARRESTED', id)]),
      ...(isServing(state) ? [finding('CASE.CONVICTED_WHILE_SERVING', id)] : []),
    ],
    apply: (dated, state) => {
      const { id, event } = dated;
      const isImprisonment = event.sentence.kind === 'imprisonment';
      const convicted = withJudgment(dated, state);
      if (isImprisonment && isHeld(state)) return withOrderedCustody(convicted, 'imprisoned', event.facility, id);
      const atFacility = { ...convicted, facility: event.facility ?? state.facility };
      return isImprisonment && awaitsFirstJudgment(state) ? continueEpisode(atFacility) : atFacility;
    },
  },
  appealed: {
    axes: () => ['proceedings'],
    findings: notConvictedFindings,
    apply: (_, state) => withProceedingsOfConviction(state, 'on-appeal'),
  },
  'appeal-decided': {
    axes: () => ['proceedings', 'sentence'],
    findings: notConvictedFindings,
    apply: ({ event }, state) => {
      const changed =
        event.newSentence === undefined
          ? state
          : { ...state, sentence: toCurrentSentence(event.newSentence, state.sentence) };
      switch (event.outcome) {
        case 'upheld':
        case 'reduced':
        case 'increased':
          return withProceedingsOfConviction(changed, 'final');
        case 'suspended':
          return withSentence(withProceedingsOfConviction(changed, 'final'), { state: 'suspended' });
        case 'quashed':
          return extinguishSentence({ ...withProceedings(state, 'quashed'), earlierConviction: null });
        case 'retrial':
          return extinguishSentence({
            ...withProceedings(state, 'on-trial', { isConvicted: false }),
            earlierConviction: null,
          });
      }
    },
  },
  transferred: {
    axes: ({ medical }) => (medical === undefined ? ['facility'] : CUSTODY_AXES),
    findings: notHeldFindings,
    apply: ({ id, event }, state) => {
      const moved = { ...state, facility: event.facility };
      if (event.medical === true)
        return {
          ...withCustody(moved, 'medical-custody', id),
          custodyBeforeMedical: state.custodyBeforeMedical ?? state.custody,
        };
      return event.medical === false && state.custodyBeforeMedical !== null
        ? withCustody(moved, state.custodyBeforeMedical, id)
        : moved;
    },
  },
  mistreated: { axes: () => [], apply: (_, state) => state },
  proposed: {
    axes: ({ list }) => listAxes(list),
    apply: ({ id, event }, state) =>
      withRecognition(state, event.list, { recognition: 'proposed', category: null, by: id }),
  },
  recognised: {
    axes: ({ list }) => listAxes(list),
    findings: ({ id }, state) => (isHeld(state) ? [] : [finding('CASE.RECOGNISED_NOT_HELD', id)]),
    apply: ({ id, event }, state) =>
      withRecognition(state, event.list, { recognition: 'recognised', category: event.category, by: id }),
  },
  recategorised: {
    axes: ({ list }) => [`category:${list}`],
    findings: ({ id, event }, state) => notRecognisedFindings(event.list, id, state),
    apply: ({ event }, state) => {
      const standing = state.lists[event.list];
      return standing?.recognition === 'recognised'
        ? withRecognition(state, event.list, { ...standing, category: event.category })
        : state;
    },
  },
  pardoned: {
    axes: clemencyAxes,
    findings: clemencyFindings,
    apply: (dated, state) => ({ ...applyClemency(dated, state), lastPardon: releaseGroundOf(dated) }),
  },
  amnestied: {
    axes: clemencyAxes,
    findings: clemencyFindings,
    apply: (dated, state) => ({ ...applyClemency(dated, state), lastAmnesty: releaseGroundOf(dated) }),
  },
  paroled: {
    axes: () => ['sentence'],
    findings: notConvictedFindings,
    apply: (dated, state) => ({
      ...(state.sentence.state === 'active' ? withSentence(state, { state: 'suspended' }) : state),
      lastParole: releaseGroundOf(dated),
    }),
  },
  'charges-dropped': {
    axes: () => ['proceedings', 'sentence'],
    apply: (_, state) => endProceedings(state, 'terminated'),
  },
  acquitted: {
    axes: () => ['proceedings', 'sentence'],
    apply: (_, state) => endProceedings(state, 'acquitted'),
  },
  released: {
    axes: () => CUSTODY_AXES,
    findings: (dated, state) => [
      ...notHeldFindings(dated, state),
      ...(isReleaseFounded(dated, state) ? [] : [finding('CASE.RELEASE_UNFOUNDED', dated.id)]),
      ...(dated.event.reason === 'amnesty' &&
      state.lastAmnesty !== null &&
      state.lastAmnesty.latestDay < dated.when.earliest
        ? [finding('CASE.RELEASE_DELAYED', dated.id, state.lastAmnesty.id)]
        : []),
    ],
    apply: ({ id, event }, state) => leaveCustody(state, CUSTODY_AFTER_RELEASE[event.reason] ?? 'free', id),
  },
  deported: { axes: () => CUSTODY_AXES, apply: ({ id }, state) => leaveCustody(state, 'abroad', id) },
  exchanged: { axes: () => CUSTODY_AXES, apply: ({ id }, state) => leaveCustody(state, 'abroad', id) },
  escaped: {
    axes: () => CUSTODY_AXES,
    findings: notHeldFindings,
    apply: ({ id }, state) => withCustodyAndNoFacility(state, 'fugitive', id),
  },
  wanted: { axes: () => CUSTODY_AXES, apply: ({ id }, state) => withCustodyAndNoFacility(state, 'fugitive', id) },
  declined: {
    axes: ({ list }) => listAxes(list),
    apply: ({ id, event }, state) =>
      withRecognition(state, event.list, { recognition: 'declined', category: null, by: id }),
  },
  delisted: {
    axes: ({ list }) => listAxes(list),
    findings: ({ id, event }, state) => notRecognisedFindings(event.list, id, state),
    apply: ({ id, event }, state) =>
      withRecognition(state, event.list, { recognition: 'delisted', category: null, by: id }),
  },
  died: {
    axes: () => CUSTODY_AXES,
    apply: ({ id }, state) => ({ ...withCustodyAndNoFacility(state, 'deceased', id), deathEventId: id }),
  },
};

/** The cast is safe: the key of a rule is the type of its events. */
const ruleOf = ({ event }: DatedEvent): EventRule<DatedType> =>
  rules[event.type as DatedType] as unknown as EventRule<DatedType>;

const AXES_FROZEN_BY_DEATH: ReadonlySet<Axis> = new Set<Axis>(['custody', 'proceedings']);

export const axesOf = (dated: DatedEvent, state: CaseState): readonly Axis[] =>
  ruleOf(dated).axes(dated.event as CaseEventOf<DatedType>, state);

export const findingsInState = (dated: DatedEvent, state: CaseState): readonly Finding[] => [
  ...(state.deathEventId !== null && axesOf(dated, state).some((axis) => AXES_FROZEN_BY_DEATH.has(axis))
    ? [finding('CASE.DECEASED' satisfies FindingCode, dated.id, state.deathEventId)]
    : []),
  ...(ruleOf(dated).findings?.(dated as DatedEvent<DatedType>, state) ?? []),
];

export const applyEvent = (dated: DatedEvent, state: CaseState): CaseState =>
  ruleOf(dated).apply(dated as DatedEvent<DatedType>, state);

/** Whether two sets of axes overlap; `list:*` overlaps with every axis of a list. */
export const shareAxis = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a.some((axis) => b.some((other) => axis === other || includesAxis(axis, other) || includesAxis(other, axis)));

const includesAxis = (all: Axis, one: Axis): boolean => all === 'list:*' && /^(list|category):/.test(one);

/**
 * Brute-force model of one case: what each type of event does, written as docs/events.md and docs/decisions say it, and what is odd about
 * an event in a state. Days are numbers, the first being 0. Imports no code under test, so that the two cannot share a bug.
 */

/** Happened on one day from `first` to `last`. Scripts list events in the order in which they happened. */
export interface ScriptEvent {
  readonly id: string;
  readonly type: string;
  readonly first: number;
  readonly last: number;
  readonly after?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

interface ListState {
  readonly recognition: string;
  readonly category: string | null;
}

interface Sentence {
  readonly state: string;
  readonly imprisonment: boolean;
  readonly life: boolean;
  /** Null without a term; `unknown` for a sentence that may end on any later day. */
  readonly term: string | null;
  readonly reductions: readonly string[];
  /** A day; null if it counts from the arrest, or between that and `further`. */
  readonly countedFrom: number | null;
  /** The id of the conviction, if a sentence of imprisonment ran then. */
  readonly further: string | null;
}

/** An event that a release may rest on, with its last possible day. */
interface Ground {
  readonly id: string;
  readonly last: number;
}

/** The state of a case in one course; an episode ends with the arrest after a release. */
export interface State {
  custody: string;
  /** Type and id of the event that last changed `custody`. */
  by: string;
  byId: string | null;
  /** Reason of the exit from a list if this custody value causes one. */
  exit: string;
  medicalFrom: string | null;
  facility: string | null;
  proceedings: string;
  /** The conviction beside which the person is charged anew. */
  earlier: { readonly proceedings: string; readonly articles: readonly string[] } | null;
  sentence: Sentence;
  articles: readonly string[];
  incident: string | null;
  begun: boolean;
  released: boolean;
  /** The first arrest of the episode. */
  arrest: { readonly id: string; readonly first: number } | null;
  convicted: boolean;
  grounds: Readonly<Record<string, Ground>>;
  /** The id of the last death. */
  dead: string | null;
  lists: Readonly<Record<string, ListState>>;
}

export const HELD = ['detained', 'remand', 'imprisoned', 'medical-custody', 'house-arrest'];
const RUNNING = ['active', 'suspended'];

const NO_SENTENCE: Sentence = {
  state: 'none',
  imprisonment: false,
  life: false,
  term: null,
  reductions: [],
  countedFrom: null,
  further: null,
};

export const initialState = (): State => ({
  custody: 'unknown',
  by: 'unknown',
  byId: null,
  exit: 'unknown',
  medicalFrom: null,
  facility: null,
  ...newEpisode(),
  begun: false,
  released: false,
  dead: null,
});

const newEpisode = () => ({
  proceedings: 'none',
  earlier: null,
  sentence: NO_SENTENCE,
  articles: [],
  incident: null,
  arrest: null,
  convicted: false,
  grounds: {},
  lists: {},
});

const beginsEpisode = (state: State): boolean => !state.begun || state.released;

const setCustody = (state: State, custody: string, exit = custody): void => {
  if (state.custody !== custody) state.exit = exit;
  state.custody = custody;
  state.medicalFrom = null;
  if (HELD.includes(custody)) state.released = false;
};

const moveOut = (state: State, custody: string, exit = custody): void => {
  setCustody(state, custody, exit);
  state.facility = null;
};

/** Proceedings without an arrest begin an episode too. */
const proceed = (state: State, proceedings: string): void => {
  state.proceedings = proceedings;
  if (!state.begun) state.released = false;
  state.begun = true;
};

const extinguish = (state: State): void => {
  if (state.sentence.state !== 'none') state.sentence = { ...state.sentence, state: 'extinguished' };
};

interface SentenceField {
  readonly kind: string;
  readonly term?: string;
  readonly life?: boolean;
}

const sentenceFrom = (
  { kind, term, life = false }: SentenceField,
  { countedFrom, further }: Pick<Sentence, 'countedFrom' | 'further'>,
): Sentence => ({
  state: kind === 'suspended' ? 'suspended' : 'active',
  imprisonment: kind === 'imprisonment',
  life,
  term: term ?? (kind === 'unknown' ? 'unknown' : null),
  reductions: [],
  countedFrom,
  further,
});

const CONVICTED = ['convicted', 'on-appeal', 'final'];
const isServing = ({ sentence }: State): boolean => sentence.state === 'active' && sentence.imprisonment;

/** The end of the proceedings without guilt: of those of the new charge, if there is one beside a conviction. */
const acquit = (state: State, proceedings: string): void => {
  if (state.earlier === null) {
    proceed(state, proceedings);
    extinguish(state);
    return;
  }
  proceed(state, state.earlier.proceedings);
  state.articles = state.earlier.articles;
  state.earlier = null;
};

/** An appeal is about the conviction, not about a new charge. */
const proceedWithAppeal = (state: State, proceedings: string): void => {
  if (state.earlier === null) proceed(state, proceedings);
  else state.earlier = { ...state.earlier, proceedings };
};

const articlesIn = (fields: ScriptEvent['fields']): readonly string[] =>
  (fields['articles'] as readonly { article: string; part: string }[])
    .map(({ article, part }) => `${article}.${part}`)
    .sort();

const textOr = <T>(value: unknown, otherwise: T): string | T => (typeof value === 'string' ? value : otherwise);

const show = (state: State, list: unknown, recognition: string, category: string | null = null): void => {
  state.lists = { ...state.lists, [String(list)]: { recognition, category } };
};

const grant = (state: State, { id, type, last, fields }: ScriptEvent): void => {
  state.grounds = { ...state.grounds, [type]: { id, last } };
  const { effect, reducedBy, replacement } = fields;
  if (effect === 'released-from-imprisonment' || effect === 'released-from-non-custodial')
    state.sentence = { ...state.sentence, state: 'extinguished' };
  if (effect === 'term-reduced' && typeof reducedBy === 'string')
    state.sentence = { ...state.sentence, reductions: [...state.sentence.reductions, reducedBy] };
  if (effect === 'replaced' && replacement !== undefined)
    state.sentence = sentenceFrom(replacement as SentenceField, state.sentence);
  if (effect === 'released-from-liability') acquit(state, 'terminated');
  if (effect === 'record-expunged') extinguish(state);
};

const decideAppeal = (state: State, outcome: unknown, newSentence: unknown): void => {
  if (outcome === 'quashed' || outcome === 'retrial') {
    proceed(state, outcome === 'quashed' ? 'quashed' : 'on-trial');
    if (outcome === 'retrial') state.convicted = false;
    state.earlier = null;
    extinguish(state);
    return;
  }
  if (newSentence !== undefined) state.sentence = sentenceFrom(newSentence as SentenceField, state.sentence);
  proceedWithAppeal(state, 'final');
  if (outcome === 'suspended') state.sentence = { ...state.sentence, state: 'suspended' };
};

/** Nobody leaves a hospital by a judgment or an order, unless it names another place. */
const putInto = (state: State, custody: string, facility: unknown): void => {
  if (state.custody === 'medical-custody' && facility === undefined) state.medicalFrom = custody;
  else setCustody(state, custody);
  state.facility = textOr(facility, state.facility);
};

type Effect = (state: State, event: ScriptEvent) => void;
const leave =
  (custody: string, exit: string, released = true): Effect =>
  (state) => {
    moveOut(state, custody, exit);
    if (released) state.released = true;
  };

const EFFECTS: Readonly<Record<string, Effect>> = {
  arrested: (state, { id, first, fields }) => {
    if (beginsEpisode(state)) Object.assign(state, newEpisode(), { begun: true });
    state.arrest ??= { id, first };
    state.incident = textOr(fields['incident'], state.incident);
    const { state: sentence, imprisonment } = state.sentence;
    moveOut(state, sentence === 'active' && imprisonment ? 'imprisoned' : 'detained');
  },
  charged: (state, { fields }) => {
    if (CONVICTED.includes(state.proceedings))
      state.earlier = { proceedings: state.proceedings, articles: state.articles };
    proceed(state, 'charged');
    state.articles = articlesIn(fields);
  },
  tried: (state) => proceed(state, 'on-trial'),
  remanded: (state, { fields }) => {
    if (fields['measure'] === 'house-arrest') return moveOut(state, 'house-arrest');
    putInto(state, 'remand', fields['facility']);
  },
  convicted: (state, { id, fields }) => {
    const sentence = fields['sentence'] as SentenceField;
    const isFurther = isServing(state);
    // Whoever was released before the first judgment of the episode is arrested to serve it.
    if (
      sentence.kind === 'imprisonment' &&
      !state.convicted &&
      ['none', 'charged', 'on-trial'].includes(state.proceedings)
    )
      state.released = false;
    if (isFurther && ['suspended', 'restriction', 'fine'].includes(sentence.kind))
      state.articles = state.earlier?.articles ?? state.articles;
    else {
      state.articles = articlesIn(fields);
      const from = fields['countedFrom'];
      state.sentence = sentenceFrom(sentence, {
        countedFrom: typeof from === 'number' ? from : null,
        further: isFurther ? id : null,
      });
    }
    proceed(state, 'convicted');
    state.convicted = true;
    state.earlier = null;
    if (sentence.kind === 'imprisonment' && HELD.includes(state.custody))
      putInto(state, 'imprisoned', fields['facility']);
    else state.facility = textOr(fields['facility'], state.facility);
  },
  appealed: (state) => proceedWithAppeal(state, 'on-appeal'),
  'appeal-decided': (state, { fields }) => decideAppeal(state, fields['outcome'], fields['newSentence']),
  transferred: (state, { fields: { facility, medical } }) => {
    const from = state.medicalFrom;
    if (medical === true) {
      const before = from ?? state.custody;
      setCustody(state, 'medical-custody');
      state.medicalFrom = before;
    } else if (medical === false && from !== null) setCustody(state, from);
    state.facility = String(facility);
  },
  pardoned: grant,
  amnestied: grant,
  paroled: (state, { id, last }) => {
    state.grounds = { ...state.grounds, paroled: { id, last } };
    if (state.sentence.state === 'active') state.sentence = { ...state.sentence, state: 'suspended' };
  },
  'charges-dropped': (state) => acquit(state, 'terminated'),
  acquitted: (state) => acquit(state, 'acquitted'),
  released: (state, event) => {
    const reason = String(event.fields['reason']);
    const custody = { exchange: 'abroad', parole: 'conditional-liberty' }[reason] ?? 'free';
    leave(custody, isFounded(state, event) ? reason : 'unfounded')(state, event);
  },
  deported: leave('abroad', 'deported'),
  exchanged: leave('abroad', 'exchanged'),
  escaped: leave('fugitive', 'escaped', false),
  wanted: leave('fugitive', 'wanted', false),
  died: (state, { id }) => {
    moveOut(state, 'deceased', 'died');
    state.dead = id;
  },
  proposed: (state, { fields }) => show(state, fields['list'], 'proposed'),
  declined: (state, { fields }) => show(state, fields['list'], 'declined'),
  delisted: (state, { fields }) => show(state, fields['list'], 'delisted'),
  recognised: (state, { fields }) => show(state, fields['list'], 'recognised', String(fields['category'])),
  recategorised: (state, { fields }) => {
    const { list, category } = fields;
    if (isRecognised(state, list)) show(state, list, 'recognised', String(category));
  },
};

const isRecognised = (state: State, list: unknown): boolean => state.lists[String(list)]?.recognition === 'recognised';

export const apply = (state: State, event: ScriptEvent): void => {
  const { custody } = state;
  EFFECTS[event.type]?.(state, event);
  if (state.custody === custody) return;
  state.by = event.type;
  state.byId = event.id;
};

/** The day on which a sentence ends that counts from a day: the day after it at the earliest. */
const endFrom = (day: number, { term, reductions }: Sentence): number =>
  term === 'unknown' || term === null
    ? day + 1
    : Math.max(
        day + 1,
        reductions.reduce((end, reduction) => plus(end, reduction, -1), plus(day, term, 1)),
      );

/** Terms of years or days; day 0 is 1 February 2024. */
const plus = (day: number, term: string, sign: 1 | -1): number => {
  const [, count, unit] = /^P(\d+)([YD])$/.exec(term) ?? [];
  if (unit === 'D') return day + sign * Number(count);
  const date = new Date(Date.UTC(2024, 1, 1 + day));
  const dayOfMonth = date.getUTCDate();
  date.setUTCFullYear(date.getUTCFullYear() + sign * Number(count));
  // 29 February becomes the 28th.
  if (date.getUTCDate() !== dayOfMonth) date.setUTCDate(0);
  return Math.round((date.getTime() - Date.UTC(2024, 1, 1)) / 86_400_000);
};

const hasEnd = ({ state, term }: Sentence): boolean => RUNNING.includes(state) && term !== null;

/** The first and the last day from which the sentence of a course may have ended, given the day of each event; null if it has no end, or none that is known. */
export const sentenceEnds = (
  { sentence, arrest }: State,
  dayOf: (id: string) => number,
): readonly [number, number] | null => {
  if (!hasEnd(sentence)) return null;
  const from = sentence.countedFrom ?? (arrest === null ? null : dayOf(arrest.id));
  if (from === null) return null;
  const last = sentence.countedFrom !== null || sentence.further === null ? from : dayOf(sentence.further);
  return [endFrom(from, sentence), endFrom(Math.max(from, last), sentence)];
};

/** Whether the end may be on any later day too. */
export const isOpenEnded = ({ sentence }: State): boolean => sentence.term === 'unknown';

/** Whether a release can have the reason that it names. */
const isFounded = ({ grounds, sentence, arrest }: State, { fields, last }: ScriptEvent): boolean => {
  switch (fields['reason']) {
    case 'pardon':
      return 'pardoned' in grounds;
    case 'amnesty':
      return 'amnestied' in grounds;
    case 'parole':
      return 'paroled' in grounds;
    case 'sentence-served': {
      if (!hasEnd(sentence)) return false;
      const from = sentence.countedFrom ?? arrest?.first;
      return from === undefined || endFrom(from, sentence) <= last;
    }
    default:
      return true;
  }
};

const PROCEEDINGS = ['charged', 'tried', 'appealed'];
const PROCEEDINGS_AND_SENTENCE = ['appeal-decided', 'charges-dropped', 'acquitted'];

/** The parts of a case that an event changes; `*` (all) for an arrest that begins an episode. */
export const axesOf = ({ type, fields }: ScriptEvent, state: State): readonly string[] => {
  if (type === 'arrested' && beginsEpisode(state)) return ['*'];
  if ('list' in fields) return [`list:${String(fields['list'])}`];
  if (PROCEEDINGS.includes(type)) return ['proceedings'];
  if (PROCEEDINGS_AND_SENTENCE.includes(type)) return ['proceedings', 'sentence'];
  if (type === 'pardoned' || type === 'amnestied')
    return fields['effect'] === 'released-from-liability' ? ['proceedings', 'sentence'] : ['sentence'];
  if (type === 'paroled') return ['sentence'];
  if (type === 'convicted') return ['custody', 'facility', 'proceedings', 'sentence'];
  if (type === 'transferred' && fields['medical'] === undefined) return ['facility'];
  return ['custody', 'facility'];
};

export type Grade = 'refuse' | 'ask' | 'warn';
export interface ModelFinding {
  readonly code: string;
  readonly grade: Grade;
  readonly events: readonly string[];
}

const NEEDS_CUSTODY = ['remanded', 'transferred', 'released', 'escaped'];
const NEEDS_CONVICTION = ['appealed', 'appeal-decided', 'paroled'];
const EFFECTS_ON_A_SENTENCE = ['released-from-imprisonment', 'term-reduced', 'released-from-non-custodial', 'replaced'];

/** What is odd about an event in the state before it. */
export const findingsOf = (event: ScriptEvent, state: State): readonly ModelFinding[] => {
  const { id, type, first, fields } = event;
  const isHeld = HELD.includes(state.custody);
  const frozen = axesOf(event, state).some((axis) => ['*', 'custody', 'proceedings'].includes(axis));
  const amnesty = state.grounds['amnestied'];
  const odd: (readonly [applies: boolean, code: string, grade: Grade, about?: string | null | undefined])[] = [
    [state.dead !== null && frozen, 'CASE.DECEASED', 'refuse', state.dead],
    [type === 'arrested' && isHeld, 'CASE.ALREADY_HELD', 'ask', state.byId],
    [
      (NEEDS_CUSTODY.includes(type) || fields['effect'] === 'released-from-imprisonment') && !isHeld,
      'CASE.NOT_HELD',
      'ask',
      state.byId,
    ],
    [type === 'convicted' && state.arrest === null && fields['inAbsentia'] !== true, 'CASE.NOT_ARRESTED', 'ask'],
    [type === 'convicted' && isServing(state), 'CASE.CONVICTED_WHILE_SERVING', 'warn'],
    [
      (NEEDS_CONVICTION.includes(type) || EFFECTS_ON_A_SENTENCE.includes(String(fields['effect']))) && !state.convicted,
      'CASE.NOT_CONVICTED',
      'ask',
    ],
    [type === 'released' && !isFounded(state, event), 'CASE.RELEASE_UNFOUNDED', 'ask'],
    [
      ['recategorised', 'delisted'].includes(type) && !isRecognised(state, fields['list']),
      'CASE.NOT_RECOGNISED',
      'ask',
    ],
    [type === 'recognised' && !isHeld, 'CASE.RECOGNISED_NOT_HELD', 'warn'],
    [
      type === 'released' && fields['reason'] === 'amnesty' && amnesty !== undefined && amnesty.last < first,
      'CASE.RELEASE_DELAYED',
      'warn',
      amnesty?.id,
    ],
  ];
  return odd
    .filter(([applies]) => applies)
    .map(([, code, grade, other]) => ({
      code,
      grade,
      events: [...new Set([id, other])].filter((named): named is string => typeof named === 'string').sort(),
    }));
};

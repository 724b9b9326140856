/**
 * The standings that are possible on each day. A possible course assigns each event a day of its interval and keeps the order
 * of events that share an axis or are linked by `after`; other events move independently. On a given day each event is
 * past or future, so the possible standings are those of the possible sets of past events.
 */
import { mergeEqual } from '../intervals.js';
import { MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../time.js';
import type { OrderedEvent } from './order.js';
import type { DayRange, Period, Standing } from './period.js';
import { applyEvent, shareAxis } from './rules.js';
import { runningSentence, possibleSentenceEnd } from './sentence.js';
import { INITIAL_STATE, type CaseState } from './state.js';

/** The most events that may or may not have happened by a day (2^12 sets to enumerate); with more, the standing is null. */
export const MAX_UNDECIDED_EVENTS = 12;

/** An event with its date bounds tightened by the order, and the indices of the events that must precede it. */
interface BoundedEvent {
  readonly event: OrderedEvent;
  readonly earliest: Day;
  readonly latest: Day;
  /** The indices of the events that must precede this one, without those that have certainly happened by its earliest day. */
  readonly predecessors: readonly number[];
}

/** The possible courses of a case: its ordered events with their bounds, and the periods that follow from them. */
export interface PossibleCourses {
  readonly events: readonly BoundedEvent[];
  /** Sorted by first day; they cover every day from MIN_DAY to MAX_DAY. */
  readonly periods: readonly Period[];
}

export const coursesOf = (order: readonly OrderedEvent[]): PossibleCourses => {
  const events = tightenBounds(order);
  return { events, periods: mergedPeriods(periodsFrom(events, MIN_DAY)) };
};

/**
 * As `coursesOf(order)`, given the courses of an earlier order. If `order` has one more event at its end, and that event does not tighten
 * the bounds of the others, the days before the first on which it may have happened stay as they are, and periods that it does not
 * change stay the same objects; otherwise all is computed anew.
 */
export const extendCourses = (courses: PossibleCourses, order: readonly OrderedEvent[]): PossibleCourses => {
  const added = order.at(-1);
  if (added === undefined || !isAppendedLast(courses, added, order)) return coursesOf(order);
  const first = added.when.earliest;
  const predecessors = courses.events.flatMap(({ event, latest }, index) =>
    latest > first && mustKeepOrder(event, added) ? [index] : [],
  );
  const earliest = Math.max(first, ...predecessors.map((index) => courses.events[index]?.earliest ?? first));
  const events = [...courses.events, { event: added, earliest, latest: added.when.latest, predecessors }];
  const unchanged = courses.periods.filter(({ to }) => to < first);
  const adjacent = courses.periods
    .filter(({ from, to }) => from < first && to >= first)
    .map((period) => (period.to === first ? period : { ...period, to: first }));
  return {
    events,
    periods: sortedPeriods([...unchanged, ...mergedPeriods([...adjacent, ...periodsFrom(events, first)])]),
  };
};

const isAppendedLast = ({ events }: PossibleCourses, added: OrderedEvent, order: readonly OrderedEvent[]): boolean =>
  order.length === events.length + 1 &&
  events.every(({ event, latest }, index) => {
    const other = order[index];
    return latest <= added.when.latest && event.id === other?.id && event.after === other.after;
  });

/** The periods from a day on, computed for each stretch of days in which no event becomes possible or certain. */
const periodsFrom = (events: readonly BoundedEvent[], first: Day): readonly Period[] => {
  const byId = new Map(events.map((bounded) => [bounded.event.id, bounded]));
  const boundsById = (id: string): BoundedEvent | undefined => byId.get(id);
  let settled = countSettled(events, 0, first);
  const unsettled = events.slice(settled);
  const days = [...new Set([first, ...unsettled.flatMap(({ earliest, latest }) => [earliest, latest])])]
    .filter((day) => day >= first)
    .sort((a, b) => a - b);
  const upcoming = unsettled.map((_, index) => settled + index).sort(byEarliest(events));
  let open: readonly number[] = [];
  return days.flatMap((from, index) => {
    const to = days[index + 1] ?? MAX_DAY;
    settled = countSettled(events, settled, from);
    const firstUpcoming = upcoming.findIndex((at) => (events[at]?.earliest ?? MAX_DAY) > from);
    open = [...open, ...upcoming.splice(0, firstUpcoming < 0 ? upcoming.length : firstUpcoming)]
      .filter((at) => at >= settled)
      .sort((a, b) => a - b);
    const states = possibleStates(events, open, events[settled - 1]?.event.stateAfter ?? INITIAL_STATE, from);
    if (states === null) return [{ from, to, standing: null }];
    return states.flatMap((state) => periodsOfState(state, boundsById, from, to));
  });
};

const byEarliest =
  (events: readonly BoundedEvent[]) =>
  (a: number, b: number): number =>
    (events[a]?.earliest ?? 0) - (events[b]?.earliest ?? 0);

/** How many events at the start of the order have certainly happened by a day; `settledBefore`: how many by an earlier day. */
const countSettled = (events: readonly BoundedEvent[], settledBefore: number, day: Day): number => {
  let count = settledBefore;
  while ((events[count]?.latest ?? MAX_DAY) <= day) count += 1;
  return count;
};

/** Tightens date bounds by event order: forward for `earliest`, backward for `latest`. */
const tightenBounds = (order: readonly OrderedEvent[]): readonly BoundedEvent[] => {
  const predecessors = predecessorsIn(order);
  const earliest = order.map(({ when }) => when.earliest);
  const latest = order.map(({ when }) => when.latest);
  predecessors.forEach((indices, index) => {
    earliest[index] = Math.max(earliest[index] ?? 0, ...indices.map((i) => earliest[i] ?? 0));
  });
  for (let index = order.length - 1; index >= 0; index -= 1)
    for (const i of predecessors[index] ?? []) latest[i] = Math.min(latest[i] ?? 0, latest[index] ?? 0);
  return order.map((event, index) => ({
    event,
    earliest: earliest[index] ?? 0,
    latest: latest[index] ?? 0,
    predecessors: predecessors[index] ?? [],
  }));
};

/** The indices of the events that must precede each event, ascending, without those that have certainly happened by its earliest day. */
const predecessorsIn = (order: readonly OrderedEvent[]): readonly (readonly number[])[] => {
  /** By index: the last day on which this event, or one before it in the order, may have happened. */
  const lastDays: Day[] = [];
  return order.map((event, index) => {
    lastDays.push(Math.max(event.when.latest, lastDays.at(-1) ?? MIN_DAY));
    const indices: number[] = [];
    for (let i = index - 1; (lastDays[i] ?? MIN_DAY) > event.when.earliest; i -= 1) {
      const other = order[i];
      if (other !== undefined && other.when.latest > event.when.earliest && mustKeepOrder(other, event))
        indices.push(i);
    }
    return indices.reverse();
  });
};

const mustKeepOrder = (earlier: OrderedEvent, later: OrderedEvent): boolean =>
  later.after === earlier.id || shareAxis(earlier.axes, later.axes);

/**
 * The states that are possible on a day: the state `settled` with each set of the open events that may have happened by then. Null if more
 * than MAX_UNDECIDED_EVENTS of them may or may not have happened.
 */
const possibleStates = (
  events: readonly BoundedEvent[],
  open: readonly number[],
  settled: CaseState,
  day: Day,
): readonly CaseState[] | null => {
  if (open.filter((index) => (events[index]?.latest ?? day) > day).length > MAX_UNDECIDED_EVENTS) return null;
  const states: CaseState[] = [];
  const enumerate = (position: number, state: CaseState, future: ReadonlySet<number>): void => {
    const index = open[position];
    const next = index === undefined ? undefined : events[index];
    if (index === undefined || next === undefined) {
      states.push(state);
      return;
    }
    // An event whose predecessor is still to come is to come too. tightenBounds ensures that it need not have happened by this day.
    if (!next.predecessors.some((i) => future.has(i))) enumerate(position + 1, applyEvent(next.event, state), future);
    if (next.latest > day) enumerate(position + 1, state, new Set([...future, index]));
  };
  enumerate(0, settled, new Set());
  return states;
};

type BoundsLookup = (id: string) => Pick<BoundedEvent, 'earliest' | 'latest'> | undefined;

/** The periods of a state on days [from, to): from the earliest possible end of the sentence on, it may be completed. */
const periodsOfState = (state: CaseState, boundsById: BoundsLookup, from: Day, to: Day): readonly Period[] => {
  const start = possibleSentenceStart(state, boundsById);
  const end = start && possibleSentenceEnd(state.sentence, start);
  const standing: Standing = {
    custody: state.custody,
    custodyEventId: state.custodyEventId,
    proceedings: state.proceedings,
    sentence: state.sentence.state,
    sentenceEnd: end,
    running: runningSentence(state.sentence, start),
    isForLife: state.sentence.isForLife,
    articles: state.articles,
    facility: state.facility,
    incident: state.incident,
    lists: Object.entries(state.lists)
      .map(([list, standing]) => ({ list, ...standing }))
      .sort((a, b) => (a.list < b.list ? -1 : 1)),
  };
  if (end === null) return [{ from, to, standing }];
  return [
    { from, to: Math.min(to, end.latest), standing },
    { from: Math.max(from, end.earliest), to, standing: { ...standing, sentence: 'completed' as const } },
  ].filter((period) => period.from < period.to);
};

/**
 * The days from which the sentence may count: those that the court named, or else those of the arrest. A sentence passed while another
 * ran may count from any day between the arrest and the conviction.
 */
const possibleSentenceStart = ({ sentence, episode }: CaseState, boundsById: BoundsLookup): DayRange | null => {
  const named = sentence.countedFrom === null ? null : parseEdtf(sentence.countedFrom);
  if (named !== null) return { earliest: named.earliest, latest: named.latest };
  const arrest = boundsById(episode?.firstArrestId ?? '');
  if (arrest === undefined) return null;
  const conviction = boundsById(sentence.passedWhileServing ?? '');
  return { earliest: arrest.earliest, latest: Math.max(arrest.latest, conviction?.latest ?? arrest.latest) };
};

/** Merges equal standings whose days touch or overlap. */
const mergedPeriods = (periods: readonly Period[]): readonly Period[] =>
  sortedPeriods(
    mergeEqual(
      periods.map((period) => ({ from: period.from, to: period.to, period, key: JSON.stringify(period.standing) })),
      (a, b) => a.key === b.key,
    ).map(({ to, period }) => (to === period.to ? period : { ...period, to })),
  );

/** Sorted by days, then by standing. */
const sortedPeriods = (periods: readonly Period[]): readonly Period[] =>
  [...periods].sort(
    (a, b) => a.from - b.from || a.to - b.to || (JSON.stringify(a.standing) < JSON.stringify(b.standing) ? -1 : 1),
  );

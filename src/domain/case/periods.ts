/**
 * The standings that are possible on each day. A possible course assigns each event a day of its interval and keeps the order
 * of events that share an axis or are linked by `after`; other events move independently. On a given day each event is
 * past or future, so the possible standings are those of the possible sets of past events.
 */
import { mergeEqual } from '../intervals.js';
import { MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../time.js';
import type { OrderedEvent } from './order.js';
import type { Period, Standing } from './period.js';
import { applyEvent, shareAxis } from './rules.js';
import { sentenceEnd } from './sentence.js';
import { INITIAL_STATE, type CaseState } from './state.js';

/** Undecided events per day up to which standings are enumerated (2^12 sets at most); beyond it the standing is null. */
export const MAX_UNDECIDED = 12;

/** An event with its date bounds tightened by the order, and the indices of the events that must precede it. */
interface Bounded {
  readonly event: OrderedEvent;
  readonly earliest: Day;
  readonly latest: Day;
  readonly predecessors: readonly number[];
}

/** The periods of a case, sorted by first day; they cover every day from MIN_DAY to MAX_DAY. */
export const periodsIn = (order: readonly OrderedEvent[]): readonly Period[] => {
  const events = tightenBounds(order);
  const daysById = new Map(events.map(({ event, earliest, latest }) => [event.id, { earliest, latest }]));
  const days = [...new Set([MIN_DAY, ...events.flatMap(({ earliest, latest }) => [earliest, latest])])].sort(
    (a, b) => a - b,
  );
  const periods: Period[] = [];
  let settled = { state: INITIAL_STATE, count: 0 };
  days.forEach((from, index) => {
    const to = days[index + 1] ?? MAX_DAY;
    settled = settle(events, settled, from);
    const states = possibleStates(events, settled, from);
    if (states === null) periods.push({ from, to, standing: null });
    else for (const state of states) periods.push(...periodsOfState(state, daysById, from, to));
  });
  return merge(periods);
};

/** Tightens date bounds by event order: forward for `earliest`, backward for `latest`. */
const tightenBounds = (order: readonly OrderedEvent[]): readonly Bounded[] => {
  const predecessors = order.map((event, index) =>
    order.slice(0, index).flatMap((other, i) => (keepOrder(other, event) ? [i] : [])),
  );
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

const keepOrder = (earlier: OrderedEvent, later: OrderedEvent): boolean =>
  later.after === earlier.id || shareAxis(earlier.axes, later.axes);

/** Applies the leading events that are certainly past on a day; they stay applied for all later days. */
const settle = (
  events: readonly Bounded[],
  { state, count }: { state: CaseState; count: number },
  day: Day,
): { state: CaseState; count: number } => {
  for (let next = events[count]; next !== undefined && next.latest <= day; next = events[count]) {
    state = applyEvent(next.event, state);
    count += 1;
  }
  return { state, count };
};

/** The states that are possible on a day; null if more than MAX_UNDECIDED events are undecided. */
const possibleStates = (
  events: readonly Bounded[],
  settled: { state: CaseState; count: number },
  day: Day,
): readonly CaseState[] | null => {
  const open = events.flatMap(({ earliest }, index) => (index >= settled.count && earliest <= day ? [index] : []));
  if (open.filter((index) => (events[index]?.latest ?? day) > day).length > MAX_UNDECIDED) return null;
  const states: CaseState[] = [];
  const enumerate = (position: number, state: CaseState, future: ReadonlySet<number>): void => {
    const index = open[position];
    const next = index === undefined ? undefined : events[index];
    if (index === undefined || next === undefined) {
      states.push(state);
      return;
    }
    // An event with a future predecessor is future too. tightenBounds ensures that such an event is undecided.
    if (!next.predecessors.some((i) => future.has(i))) enumerate(position + 1, applyEvent(next.event, state), future);
    if (next.latest > day) enumerate(position + 1, state, new Set([...future, index]));
  };
  enumerate(0, settled.state, new Set());
  return states;
};

/** The periods of a state on days [from, to): from the earliest possible end of the sentence on, it may be completed. */
const periodsOfState = (
  state: CaseState,
  daysById: ReadonlyMap<string, { earliest: Day; latest: Day }>,
  from: Day,
  to: Day,
): readonly Period[] => {
  const end = possibleEnd(state, daysById);
  const standing: Standing = {
    custody: state.custody,
    custodyBy: state.custodyBy,
    proceedings: state.proceedings,
    sentence: state.sentence.state,
    sentenceEnd: end,
    life: state.sentence.life,
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

/** The days on which the sentence may end. It counts from the day that the court named, or else from the arrest. */
const possibleEnd = (
  { sentence, episode }: CaseState,
  daysById: ReadonlyMap<string, { earliest: Day; latest: Day }>,
): Standing['sentenceEnd'] => {
  const start =
    sentence.countedFrom === null
      ? daysById.get(episode?.arrest ?? '')
      : (parseEdtf(sentence.countedFrom) ?? undefined);
  return start === undefined ? null : sentenceEnd(sentence, start);
};

/** Merges equal standings whose days touch or overlap; sorted by days, then by standing. */
const merge = (periods: readonly Period[]): readonly Period[] =>
  mergeEqual(
    periods.map((period) => ({ ...period, key: JSON.stringify(period.standing) })),
    (a, b) => a.key === b.key,
  )
    .slice()
    .sort((a, b) => a.from - b.from || a.to - b.to || (a.key < b.key ? -1 : 1))
    .map(({ from, to, standing }) => ({ from, to, standing }));

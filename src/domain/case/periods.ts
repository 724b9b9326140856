/**
 * What was true when. A possible course gives every event one day of its interval and keeps the order among events that
 * change the same axis; events of different axes move freely, unless one is said to follow the other. On a day an event is
 * either past or to come, so the possible standings of a day are those of the sets of events that may be past.
 */
import { MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../time.js';
import type { OrderedEvent } from './order.js';
import type { Period, Standing } from './period.js';
import { applyEvent, shareAxis } from './rules.js';
import { sentenceEnd } from './sentence.js';
import { INITIAL_STATE, type CaseState } from './state.js';

/** So many events may be undecided on one day; where there are more, the day is uncertain and nothing is enumerated. */
export const MAX_UNDECIDED = 12;

/** An event with the days left to it by those whose order it keeps, and the places of those before it. */
interface Bounded {
  readonly event: OrderedEvent;
  readonly earliest: Day;
  readonly latest: Day;
  readonly behind: readonly number[];
}

interface Stretch {
  readonly from: Day;
  readonly to: Day;
  readonly standing: Standing | null;
}

/** The periods of a case, by first day; they cover every day from MIN_DAY to MAX_DAY. */
export const periodsIn = (order: readonly OrderedEvent[]): readonly Period[] => {
  const events = bound(order);
  const anchors = new Map(events.map(({ event, earliest, latest }) => [event.id, { earliest, latest }]));
  const days = [...new Set([MIN_DAY, ...events.flatMap(({ earliest, latest }) => [earliest, latest])])].sort(
    (a, b) => a - b,
  );
  const stretches: Stretch[] = [];
  let settled = { state: INITIAL_STATE, count: 0 };
  days.forEach((from, index) => {
    const to = days[index + 1] ?? MAX_DAY;
    settled = settle(events, settled, from);
    const states = possible(events, settled, from);
    if (states === null) stretches.push({ from, to, standing: null });
    else for (const state of states) stretches.push(...standings(state, anchors, from, to));
  });
  return merge(stretches);
};

/** Takes from each event the days that the order leaves it no room for: forwards the first, backwards the last. */
const bound = (order: readonly OrderedEvent[]): readonly Bounded[] => {
  const behind = order.map((event, place) =>
    order.slice(0, place).flatMap((other, at) => (keepOrder(other, event) ? [at] : [])),
  );
  const earliest = order.map(({ when }) => when.earliest);
  const latest = order.map(({ when }) => when.latest);
  behind.forEach((places, place) => {
    earliest[place] = Math.max(earliest[place] ?? 0, ...places.map((at) => earliest[at] ?? 0));
  });
  for (let place = order.length - 1; place >= 0; place -= 1)
    for (const at of behind[place] ?? []) latest[at] = Math.min(latest[at] ?? 0, latest[place] ?? 0);
  return order.map((event, place) => ({
    event,
    earliest: earliest[place] ?? 0,
    latest: latest[place] ?? 0,
    behind: behind[place] ?? [],
  }));
};

const keepOrder = (earlier: OrderedEvent, later: OrderedEvent): boolean =>
  later.after === earlier.id || shareAxis(earlier.axes, later.axes);

/** Applies the events at the front of the order that are past on a day, and so on every later day. */
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

/** The states that are possible on a day; null where too much is undecided. */
const possible = (
  events: readonly Bounded[],
  settled: { state: CaseState; count: number },
  day: Day,
): readonly CaseState[] | null => {
  const open = events.flatMap(({ earliest }, place) => (place >= settled.count && earliest <= day ? [place] : []));
  if (open.filter((place) => (events[place]?.latest ?? day) > day).length > MAX_UNDECIDED) return null;
  const states: CaseState[] = [];
  const choose = (at: number, state: CaseState, left: ReadonlySet<number>): void => {
    const place = open[at];
    const next = place === undefined ? undefined : events[place];
    if (place === undefined || next === undefined) {
      states.push(state);
      return;
    }
    // What waits for an event that is still to come is to come as well; what is past by its days never waits (bound).
    if (!next.behind.some((other) => left.has(other))) choose(at + 1, applyEvent(next.event, state), left);
    if (next.latest > day) choose(at + 1, state, new Set([...left, place]));
  };
  choose(0, settled.state, new Set());
  return states;
};

/** A state as what can be asked on the days of a stretch. The end of a sentence is reckoned and completes it. */
const standings = (
  state: CaseState,
  anchors: ReadonlyMap<string, { earliest: Day; latest: Day }>,
  from: Day,
  to: Day,
): readonly Stretch[] => {
  const end = endOf(state, anchors);
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
  ].filter((stretch) => stretch.from < stretch.to);
};

/** The days on which a running sentence may end: it counts from the day that the court named, else from that of the arrest. */
const endOf = (
  { sentence, episode }: CaseState,
  anchors: ReadonlyMap<string, { earliest: Day; latest: Day }>,
): Standing['sentenceEnd'] => {
  const start =
    sentence.countedFrom === null ? anchors.get(episode?.arrest ?? '') : (parseEdtf(sentence.countedFrom) ?? undefined);
  return start === undefined ? null : sentenceEnd(sentence, start);
};

/** Joins stretches of one standing that touch or overlap. */
const merge = (stretches: readonly Stretch[]): readonly Period[] => {
  const periods = new Map<string, Period[]>();
  for (const stretch of [...stretches].sort((a, b) => a.from - b.from)) {
    const key = JSON.stringify(stretch.standing);
    const alike = periods.get(key) ?? [];
    const last = alike.at(-1);
    if (last !== undefined && stretch.from <= last.to)
      alike[alike.length - 1] = { ...last, to: Math.max(last.to, stretch.to) };
    else alike.push(stretch);
    periods.set(key, alike);
  }
  return [...periods.entries()]
    .flatMap(([key, alike]) => alike.map((period) => ({ key, period })))
    .sort((a, b) => a.period.from - b.period.from || a.period.to - b.period.to || (a.key < b.key ? -1 : 1))
    .map(({ period }) => period);
};

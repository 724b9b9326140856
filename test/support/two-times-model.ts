/**
 * Brute-force model of what a log says up to a position: folds it from nothing, with corrections, retractions and merges, puts the events
 * of each case in order and leaves the rest to the model of a register. Imports no code under test.
 */
import {
  apply,
  BruteForceModel,
  HELD,
  initialState,
  type RegisterScript,
  type ScriptEvent,
  type State,
  type StatesByDay,
} from './brute-force-model.js';

/** `data` has the fields of an event, with its days as `first` and `last`, and `after`. */
type Data = Readonly<Record<string, unknown>>;

/** An entry of the log, in the stream of a case. */
export type LogEntry = { readonly id: string; readonly stream: string } & (
  | { readonly kind: 'opened' | 'unmerged' }
  | { readonly kind: 'event'; readonly type: string; readonly data: Data }
  | { readonly kind: 'corrected'; readonly target: string; readonly data: Data }
  | { readonly kind: 'retracted'; readonly target: string }
  | { readonly kind: 'merged'; readonly into: string }
);

type Of<K extends LogEntry['kind']> = Extract<LogEntry, { readonly kind: K }>;
const isOf =
  <K extends LogEntry['kind']>(kind: K) =>
  (entry: LogEntry): entry is Of<K> =>
    entry.kind === kind;

/** Whether no retraction that stands itself retracts it. */
export const stands = (log: readonly LogEntry[], id: string): boolean =>
  !log.some((entry) => entry.kind === 'retracted' && entry.target === id && stands(log, entry.id));

/** The data of an event or a correction, with the corrections of it that stand, in order of recording. */
const dataAsCorrected = (log: readonly LogEntry[], { id, data }: { readonly id: string; readonly data: Data }): Data =>
  Object.assign(
    {},
    data,
    ...log
      .filter(isOf('corrected'))
      .filter((entry) => entry.target === id && stands(log, entry.id))
      .map((entry) => dataAsCorrected(log, entry)),
  ) as Data;

/** The case that each merged case counts for, directly. A merge that closes a circle is void. */
export const mergesIn = (log: readonly LogEntry[]): ReadonlyMap<string, string> => {
  const merges = new Map<string, string>();
  for (const entry of log) {
    if (entry.kind === 'unmerged') merges.delete(entry.stream);
    if (entry.kind !== 'merged' || merges.has(entry.stream)) continue;
    if (survivorOf(merges, entry.into) !== entry.stream) merges.set(entry.stream, entry.into);
  }
  return merges;
};

export const survivorOf = (merges: ReadonlyMap<string, string>, id: string): string => {
  const into = merges.get(id);
  return into === undefined ? id : survivorOf(merges, into);
};

/** The events that stand, by the case that they count for. */
const scriptsOf = (log: readonly LogEntry[]): Readonly<Record<string, readonly ScriptEvent[]>> => {
  const merges = mergesIn(log);
  const scripts: Record<string, ScriptEvent[]> = {};
  for (const entry of log) {
    const script = (scripts[survivorOf(merges, entry.stream)] ??= []);
    if (entry.kind !== 'event' || !stands(log, entry.id)) continue;
    const { first, last, after, ...fields } = dataAsCorrected(log, entry);
    script.push({
      id: entry.id,
      type: entry.type,
      first: Number(first),
      last: Number(last),
      ...(typeof after === 'string' && { after }),
      fields,
    });
  }
  return Object.fromEntries(Object.entries(scripts).map(([id, script]) => [id, inOrder(withValidAfters(script))]));
};

const isCertainlyBefore = (a: ScriptEvent, b: ScriptEvent): boolean => a.last < b.first;
const byId = (a: ScriptEvent, b: ScriptEvent): number => (a.id < b.id ? -1 : 1);

/** Drops each `after` that names no event or contradicts the days and the `after`s of lower ids. */
const withValidAfters = (script: readonly ScriptEvent[]): readonly ScriptEvent[] => {
  const valid = new Map<string, string>();
  const leadsTo = (from: ScriptEvent, to: ScriptEvent, visited: ReadonlySet<string>): boolean =>
    from === to ||
    script.some(
      (next) =>
        !visited.has(next.id) &&
        (isCertainlyBefore(from, next) || valid.get(next.id) === from.id) &&
        leadsTo(next, to, new Set([...visited, next.id])),
    );
  for (const event of [...script].sort(byId)) {
    const named = script.find(({ id }) => id === event.after);
    if (named !== undefined && !leadsTo(event, named, new Set([event.id]))) valid.set(event.id, named.id);
  }
  return script.map(({ after: _, ...event }) => {
    const after = valid.get(event.id);
    return after === undefined ? event : { ...event, after };
  });
};

/** Of the events that nothing left must precede, the least odd one comes next. */
const inOrder = (script: readonly ScriptEvent[]): readonly ScriptEvent[] => {
  const left = [...script].sort(byId);
  const state = initialState();
  return script.map(() => {
    const free = left.filter((one) => !left.some((other) => isCertainlyBefore(other, one) || other.id === one.after));
    const [next] = free
      .map((event) => ({ event, rank: rankOf(event, state) }))
      .sort((a, b) => compare(a.rank, b.rank))
      .map(({ event }) => event);
    if (next === undefined) throw new Error('events wait for each other');
    left.splice(left.indexOf(next), 1);
    apply(state, next);
    return next;
  });
};

const compare = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};

/** The order of the table of events. */
const TYPES = [
  ...['arrested', 'charged', 'remanded', 'tried', 'convicted', 'transferred', 'proposed', 'recognised'],
  ...['recategorised', 'pardoned', 'released', 'deported', 'escaped', 'declined', 'delisted', 'died'],
];
const NEEDS_CUSTODY = ['remanded', 'transferred', 'released', 'escaped'];
const NEEDS_RECOGNITION = ['recategorised', 'delisted'];
const AFTER_DEATH = ['pardoned', 'proposed', 'recognised', 'recategorised', 'declined', 'delisted'];

/** Death last, then the fewest findings to refuse, to ask about and to warn of. */
const rankOf = ({ type, fields }: ScriptEvent, state: State): readonly number[] => {
  const isHeld = HELD.includes(state.custody);
  const isRecognised = state.lists[String(fields['list'])]?.recognition === 'recognised';
  const asked = [
    type === 'arrested' && isHeld,
    NEEDS_CUSTODY.includes(type) && !isHeld,
    type === 'convicted' && !state.arrested,
    type === 'pardoned' && !state.convicted,
    type === 'released' && fields['reason'] === 'pardon' && !state.pardoned,
    NEEDS_RECOGNITION.includes(type) && !isRecognised,
  ].filter(Boolean).length;
  return [
    type === 'died' ? 1 : 0,
    state.dead && !AFTER_DEATH.includes(type) ? 1 : 0,
    asked,
    type === 'recognised' && !isHeld ? 1 : 0,
    TYPES.indexOf(type),
  ];
};

/** Answers for what the first `count` entries of a log say. */
export class TwoTimesModel {
  readonly #cache = new Map<string, StatesByDay>();

  constructor(
    private readonly log: readonly LogEntry[],
    private readonly register: Omit<RegisterScript, 'cases'>,
  ) {}

  knownAt(count: number): BruteForceModel {
    return new BruteForceModel({ ...this.register, cases: scriptsOf(this.log.slice(0, count)) }, this.#cache);
  }
}

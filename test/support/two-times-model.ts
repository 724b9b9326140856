/**
 * Brute-force model of what a log says up to a position: folds it from nothing, with corrections, retractions and merges, puts the events
 * of each case in order and leaves the rest to the model of a register. Imports no code under test.
 */
import { BruteForceModel, type ModelMembership, type RegisterScript, type StatesByDay } from './brute-force-model.js';
import { apply, findingsOf, initialState, type ModelFinding, type ScriptEvent, type State } from './model-case.js';
import { personOf, type ModelPerson } from './model-person.js';

/** `data` has the fields of an event, with its days as `first` and `last`, and `after`. */
type Data = Readonly<Record<string, unknown>>;

/** An entry of the log, in the stream of a case. */
export type LogEntry = { readonly id: string; readonly stream: string } & (
  | { readonly kind: 'unmerged' }
  /** Begins a stream; its data are names, a description and references. */
  | { readonly kind: 'opened'; readonly data: Data }
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

interface Merges {
  /** The case that each merged case counts for, directly. */
  readonly into: ReadonlyMap<string, string>;
  /** The id of each merge that closes a circle and so is void, by stream. */
  readonly voids: ReadonlyMap<string, string>;
}

export const mergesIn = (log: readonly LogEntry[]): Merges => {
  const into = new Map<string, string>();
  const voids = new Map<string, string>();
  for (const entry of log) {
    const { stream, kind } = entry;
    if (kind === 'unmerged') into.delete(stream);
    if (kind === 'unmerged' || (kind === 'merged' && !into.has(stream))) voids.delete(stream);
    if (kind !== 'merged' || into.has(stream)) continue;
    if (survivorOf(into, entry.into) === stream) voids.set(stream, entry.id);
    else into.set(stream, entry.into);
  }
  return { into, voids };
};

export const survivorOf = (into: Merges['into'], id: string): string => {
  const next = into.get(id);
  return next === undefined ? id : survivorOf(into, next);
};

/** What a log says of one case. */
interface ModelCase {
  readonly script: readonly ScriptEvent[];
  readonly findings: readonly ModelFinding[];
  readonly person: ModelPerson;
}

/** Types whose events have no day and no place in the order. */
export const UNDATED = ['named', 'described', 'referenced'];

/** The cases that stand for themselves, with the events of every case that counts for them. */
const casesOf = (log: readonly LogEntry[]): ReadonlyMap<string, ModelCase> => {
  const { into, voids } = mergesIn(log);
  const byCase = new Map<string, LogEntry[]>();
  for (const entry of log) {
    const id = survivorOf(into, entry.stream);
    byCase.set(id, [...(byCase.get(id) ?? []), entry]);
  }
  return new Map(
    [...byCase].map(([id, entries]) => {
      const { events, findings: aboutAfter } = datedEvents(log, entries);
      const { script, findings } = inOrder(events);
      const voidMerges = [...voids].filter(([stream]) => survivorOf(into, stream) === id);
      const odd = voidMerges.map(([, merge]) => ({
        code: 'CASE.MERGE_VOID',
        grade: 'warn' as const,
        events: [merge],
      }));
      return [
        id,
        {
          script,
          findings: [...aboutAfter, ...findings, ...odd, ...repeatedClemency(events)],
          person: personOf(told(log, entries)),
        },
      ];
    }),
  );
};

/** An act or a decree that was applied to the person more than once. */
const repeatedClemency = (events: readonly ScriptEvent[]): readonly ModelFinding[] =>
  ['act', 'decree'].flatMap((field) => {
    const named = events.filter(({ fields }) => field in fields);
    return [...new Set(named.map(({ fields }) => fields[field]))].flatMap((instrument) => {
      const ids = named.filter(({ fields }) => fields[field] === instrument).map(({ id }) => id);
      return ids.length > 1 ? [{ code: 'CASE.ALREADY_REACHED', grade: 'ask' as const, events: ids.sort() }] : [];
    });
  });

/** The events about the person that stand, in order of recording. */
const told = (log: readonly LogEntry[], entries: readonly LogEntry[]) =>
  entries.flatMap((entry) =>
    (entry.kind === 'opened' || (entry.kind === 'event' && UNDATED.includes(entry.type))) && stands(log, entry.id)
      ? [{ type: entry.kind === 'event' ? entry.type : entry.kind, data: dataAsCorrected(log, entry) }]
      : [],
  );

interface Judged {
  readonly events: readonly ScriptEvent[];
  readonly findings: readonly ModelFinding[];
}

const datedEvents = (log: readonly LogEntry[], entries: readonly LogEntry[]): Judged => {
  const script = entries.filter(isOf('event')).flatMap((entry): readonly ScriptEvent[] => {
    if (UNDATED.includes(entry.type) || !stands(log, entry.id)) return [];
    const { first, last, after, ...fields } = dataAsCorrected(log, entry);
    return [
      {
        id: entry.id,
        type: entry.type,
        first: Number(first),
        last: Number(last),
        ...(typeof after === 'string' && { after }),
        fields,
      },
    ];
  });
  const retracted = new Set(entries.map(({ id }) => id).filter((id) => !stands(log, id)));
  return withValidAfters(script, retracted);
};

const isCertainlyBefore = (a: ScriptEvent, b: ScriptEvent): boolean => a.last < b.first;
const byId = (a: ScriptEvent, b: ScriptEvent): number => (a.id < b.id ? -1 : 1);

/** Drops each `after` that names no event or contradicts the days and the `after`s of lower ids, with a finding. */
const withValidAfters = (script: readonly ScriptEvent[], retracted: ReadonlySet<string>): Judged => {
  const valid = new Map<string, string>();
  const leadsTo = (from: ScriptEvent, to: ScriptEvent, visited: ReadonlySet<string>): boolean =>
    from === to ||
    script.some(
      (next) =>
        !visited.has(next.id) &&
        (isCertainlyBefore(from, next) || valid.get(next.id) === from.id) &&
        leadsTo(next, to, new Set([...visited, next.id])),
    );
  const findings: ModelFinding[] = [];
  for (const event of [...script].sort(byId)) {
    if (event.after === undefined) continue;
    const named = script.find(({ id }) => id === event.after);
    if (named === undefined)
      findings.push(
        retracted.has(event.after)
          ? { code: 'CASE.AFTER_RETRACTED', grade: 'warn', events: [event.id] }
          : { code: 'CASE.AFTER_UNKNOWN', grade: 'refuse', events: [event.id] },
      );
    else if (leadsTo(event, named, new Set([event.id])))
      findings.push({
        code: 'CASE.ORDER_CONTRADICTS',
        grade: 'refuse',
        events: [...new Set([event.id, named.id])].sort(),
      });
    else valid.set(event.id, named.id);
  }
  const events = script.map(({ after: _, ...event }) => {
    const after = valid.get(event.id);
    return after === undefined ? event : { ...event, after };
  });
  return { events, findings };
};

/** Of the events that nothing left must precede, the least odd one comes next. */
const inOrder = (
  events: readonly ScriptEvent[],
): { readonly script: readonly ScriptEvent[]; readonly findings: readonly ModelFinding[] } => {
  const left = [...events].sort(byId);
  const state = initialState();
  const findings: ModelFinding[] = [];
  const script = events.map(() => {
    const free = left.filter((one) => !left.some((other) => isCertainlyBefore(other, one) || other.id === one.after));
    const [next] = free
      .map((event) => ({ event, rank: rankOf(event, state) }))
      .sort((a, b) => compare(a.rank, b.rank))
      .map(({ event }) => event);
    if (next === undefined) throw new Error('events wait for each other');
    left.splice(left.indexOf(next), 1);
    findings.push(...findingsOf(next, state));
    apply(state, next);
    return next;
  });
  return { script, findings };
};

const compare = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};

/** The types of dated events, in the order of docs/events.md: of equal candidates the earlier type comes first. */
const TYPES = [
  ...['arrested', 'charged', 'remanded', 'tried', 'convicted', 'appealed', 'appeal-decided', 'transferred'],
  ...['proposed', 'recognised', 'recategorised', 'pardoned', 'amnestied', 'paroled', 'charges-dropped', 'acquitted'],
  ...['released', 'deported', 'exchanged', 'escaped', 'wanted', 'declined', 'delisted', 'died'],
];

/** Death last, then the fewest findings to refuse, to ask about and to warn of. */
const rankOf = (event: ScriptEvent, state: State): readonly number[] => {
  const grades = findingsOf(event, state).map(({ grade }) => grade);
  const count = (wanted: ModelFinding['grade']): number => grades.filter((grade) => grade === wanted).length;
  return [event.type === 'died' ? 1 : 0, count('refuse'), count('ask'), count('warn'), TYPES.indexOf(event.type)];
};

/** A difference between a list on two days, each as known at a position. */
export interface ModelDifference {
  readonly id: string;
  readonly origin: 'learned-late' | 'happened-since';
  readonly kind: 'entered' | 'left' | 'moved';
  readonly category: string | null;
  readonly previousCategory: string | null;
  /** The last entry that changed what is known of the first day; only of what was learned late. */
  readonly learnedBy: string | null;
}

/** What the log says up to one entry. */
export class KnownModel extends BruteForceModel {
  constructor(
    register: Omit<RegisterScript, 'cases'>,
    readonly cases: ReadonlyMap<string, ModelCase>,
    cache: Map<string, StatesByDay>,
  ) {
    super({ ...register, cases: Object.fromEntries([...cases].map(([id, { script }]) => [id, script])) }, cache);
  }
}

/** A day, as known after `known` entries of the log. */
export interface Moment {
  readonly day: number;
  readonly known: number;
}

/** Answers for what the first entries of a log say. */
export class TwoTimesModel {
  readonly #known: readonly KnownModel[];

  constructor(
    private readonly log: readonly LogEntry[],
    register: Omit<RegisterScript, 'cases'>,
  ) {
    const cache = new Map<string, StatesByDay>();
    const counts = [...log.keys(), log.length];
    this.#known = counts.map((count) => new KnownModel(register, casesOf(log.slice(0, count)), cache));
  }

  /** What is known after `count` entries of the log. */
  knownAt(count: number): KnownModel {
    const known = this.#known[count];
    if (known === undefined) throw new RangeError(`no entry ${count}`);
    return known;
  }

  differences(list: string, set: 'certain' | 'possible', from: Moment, to: Moment): readonly ModelDifference[] {
    const membership = (id: string, day: number, known: number) => this.knownAt(known).membership(list, id, day, set);
    return [...new Set(this.log.map(({ stream }) => stream))].flatMap((id) => {
      const [before, between, after] = [
        membership(id, from.day, from.known),
        membership(id, from.day, to.known),
        membership(id, to.day, to.known),
      ];
      const learned = change(before, between);
      const happened = change(between, after);
      const positions = Array.from({ length: to.known - from.known }, (_, at) => to.known - at);
      const learnedAt = positions.find(
        (known) => change(membership(id, from.day, known - 1), membership(id, from.day, known)) !== null,
      );
      const learnedBy = this.log[(learnedAt ?? 0) - 1]?.id ?? null;
      return [
        ...(learned === null ? [] : [{ id, origin: 'learned-late' as const, ...learned, learnedBy }]),
        ...(happened === null ? [] : [{ id, origin: 'happened-since' as const, ...happened, learnedBy: null }]),
      ];
    });
  }
}

/** The change from one membership to another; null if both are the same. */
const change = (
  before: ModelMembership,
  after: ModelMembership,
): Pick<ModelDifference, 'kind' | 'category' | 'previousCategory'> | null => {
  if (before.isMember && after.isMember)
    return before.category === after.category
      ? null
      : { kind: 'moved', category: after.category, previousCategory: before.category };
  if (after.isMember) return { kind: 'entered', category: after.category, previousCategory: null };
  return before.isMember ? { kind: 'left', category: before.category, previousCategory: null } : null;
};

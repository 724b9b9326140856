/**
 * What a file adds to what is recorded already. Each event plays a role in its row (its type, and where a row can say
 * several of a type, which); role by role, what the file says now is set against what its last import said. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Name } from '../domain/case/events.js';
import type { AnyEvent } from '../domain/events.js';
import { toNfc } from '../domain/text.js';
import { columnLanguage } from './row-columns.js';
import type { RawEvent, LocatedEvent } from './event-draft.js';
import type { CellError } from './report.js';

/** An event on record: whether the import of this kind of file said it, or somebody else. */
export interface PriorEvent {
  readonly id: string;
  readonly event: AnyEvent;
  readonly fromThisImport: boolean;
}

/** What tells the parts of a kind of file apart, and where they stand. */
export interface DiffRules {
  /** The role of an event, without what `case` takes out of it. */
  readonly roleOf: (body: RawEvent) => string;
  /** The fields that the file can say of an event, each with its place: a column, or a JSON pointer. */
  readonly fieldsOf: (body: RawEvent) => readonly (readonly [field: string, place: string])[];
  /** Roles of which a subject has one value at a time: another one replaces it, and does not stand beside it. */
  readonly single: (role: string) => boolean;
  /**
   * What the file has to say at a place. Where it says nothing (a column that it does not have), what was said before is
   * neither confirmed nor contradicted; a cell that is there and empty says that the value is unknown.
   */
  readonly says: (place: string) => 'nothing' | 'unknown' | 'something';
}

export interface EventDiff {
  /** What the file says and nobody said before. */
  readonly newEvents: readonly RawEvent[];
  /** The roles of the news: what tells this addition to a subject from every other one. */
  readonly roles: readonly string[];
  /** Cells that said something else when they were imported, or that differ from what somebody else recorded. */
  readonly corrections: readonly CellError[];
}

/** An event, or a part of `opened` and `described`, as a row says it: place → value. */
interface Saying {
  readonly role: string;
  readonly values: ReadonlyMap<string, readonly [place: string, value: unknown]>;
  /** Says it alone. */
  readonly body: RawEvent;
}

export const diffEvents = (
  now: readonly LocatedEvent[],
  record: readonly PriorEvent[],
  format: DiffRules,
): EventDiff => {
  const said = now.flatMap(({ event }) => sayingsOf(event, format));
  const before = record.map(({ event, fromThisImport }) => ({ fromThisImport, sayings: sayingsOf(event, format) }));
  const fromThisImport = byRole(before.filter((b) => b.fromThisImport).flatMap((b) => b.sayings));
  const others = before.filter((b) => !b.fromThisImport).flatMap((b) => b.sayings);
  const moved = movedFields(said);
  const silent = silentWhereEmpty(format);
  const newEvents: Saying[] = [];
  const places: string[] = [];
  for (const saying of said) {
    const last = fromThisImport.get(saying.role);
    if (last !== undefined) places.push(...differences(saying, last, moved, format));
    else if (others.some((o) => o.role === saying.role && differences(saying, o, WITHOUT_SOURCE, silent).length === 0))
      continue;
    else if (format.single(saying.role) && others.some((o) => o.role === saying.role)) places.push(...placesOf(saying));
    else newEvents.push(saying);
  }
  const roles = new Set(said.map(({ role }) => role));
  for (const [role, last] of fromThisImport) if (!roles.has(role)) places.push(...takenBack(last, format));
  return {
    newEvents: together(newEvents.map(({ body }) => body)),
    roles: newEvents.map(({ role }) => role),
    corrections: [...new Set(places)].map(needsCorrection),
  };
};

/** An empty cell does not contradict what somebody else knows; it does contradict what the file itself said before. */
const silentWhereEmpty = (format: DiffRules): DiffRules => ({
  ...format,
  says: (place) => (format.says(place) === 'something' ? 'something' : 'nothing'),
});

const needsCorrection = (column: string): CellError => ({
  column,
  code: 'IMPORT.NEEDS_CORRECTION',
  expected: 'what is on record; an import adds and never changes, so let a person record the correction',
});

/** The last word of each role: `described` may follow `opened`. */
const byRole = (sayings: readonly Saying[]): ReadonlyMap<string, Saying> =>
  new Map(sayings.map((saying) => [saying.role, saying]));

const WITHOUT_SOURCE: ReadonlySet<string> = new Set(['sources']);

/** Where a person was last held stands with the conviction, once there is one, and no more with the remand. */
const movedFields = (said: readonly Saying[]): ReadonlySet<string> =>
  new Set(said.some(({ role }) => role === 'convicted') ? ['remanded detention/facility'] : []);

/** The places at which two sayings of a role differ. */
const differences = (now: Saying, last: Saying, ignored: ReadonlySet<string>, { says }: DiffRules): readonly string[] =>
  [...new Set([...now.values.keys(), ...last.values.keys()])].flatMap((field) => {
    if (ignored.has(field) || ignored.has(`${now.role}/${field}`)) return [];
    const [place, value] = now.values.get(field) ?? [];
    const [lastPlace, lastValue] = last.values.get(field) ?? [];
    const at = place ?? lastPlace ?? '';
    return says(at) === 'nothing' || isDeepStrictEqual(value, lastValue) ? [] : [at];
  });

/**
 * The places at which a file no longer says what it said. Where it lacks one of the columns, it may be silent for want of
 * that column: then only an emptied cell takes something back.
 */
const takenBack = (last: Saying, { says }: DiffRules): readonly string[] => {
  const places = placesOf(last);
  return places.some((place) => says(place) === 'nothing') ? places.filter((p) => says(p) === 'unknown') : places;
};

/** The places of what is said, its source aside. */
const placesOf = ({ values }: Saying): readonly string[] =>
  [...values].flatMap(([field, [place, value]]) => (field === 'sources' || value === undefined ? [] : [place]));

const sayingsOf = (event: AnyEvent, format: DiffRules): readonly Saying[] => {
  const body = event as unknown as RawEvent;
  switch (event.type) {
    case 'opened':
      return [
        ...event.names.map((name) => saying({ type: 'named', name, ...carried(event) }, roleOfName(name), format)),
        ...describedIn(event, format),
      ];
    case 'named':
      return [saying(body, roleOfName(event.name), format)];
    case 'described':
      return describedIn(event, format);
    default:
      return [saying(body, format.roleOf(body), format)];
  }
};

/** The descriptive fields that a row can say, each a saying of its own. */
const describedIn = (
  event: Extract<AnyEvent, { type: 'opened' | 'described' }>,
  format: DiffRules,
): readonly Saying[] =>
  (['sex', 'born', 'occupation', 'affiliation', 'region', 'summary'] as const).flatMap((field) => {
    const value = event[field];
    if (value === undefined || value === null) return [];
    return [saying({ type: 'described', [field]: value, ...carried(event) }, `described ${field}`, format)];
  });

const carried = ({ sources, reliability }: AnyEvent): object => ({ sources, reliability });

const saying = (body: RawEvent, role: string, format: DiffRules): Saying => ({
  role,
  body,
  values: new Map(format.fieldsOf(body).map(([field, place]) => [field, [place, plain(valueOf(body, field))]])),
});

/** Names of one column are one role; its script and language are what its letters say, and no difference of their own. */
const roleOfName = (name: Name): string => `named ${columnLanguage(name)}`;

const valueOf = (body: RawEvent, field: string): unknown => {
  if (field !== 'name' || body.type !== 'named') return body[field];
  const { text, kind } = body['name'] as Name;
  return { text, kind };
};

/** As it is stored: compared are values, texts in NFC, not what class made them or in which order their keys stand. */
const plain = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === 'string' ? toNfc(inner) : inner));

/** All that is newly described, as one event. */
const together = (newEvents: readonly RawEvent[]): readonly RawEvent[] => {
  const described = newEvents.filter(({ type }) => type === 'described');
  if (described.length < 2) return newEvents;
  return [Object.assign({}, ...described) as RawEvent, ...newEvents.filter(({ type }) => type !== 'described')];
};

/**
 * Records the lines of one case as one batch. A line that is on record already, said by the same import, changes nothing; so
 * the same file again records nothing, and a longer one what it adds.
 */
import { isDeepStrictEqual } from 'node:util';
import { eventIds, newCaseId } from '../commands/ids.js';
import type { CaseEvent, Reference } from '../domain/case/events.js';
import type { Actor } from '../domain/event.js';
import { toNfc, foldedKey } from '../domain/text.js';
import { streamName, type AnyEvent } from '../domain/events.js';
import type { PriorEvent } from './event-diff.js';
import { checkDrafts, type RawEvent, type LocatedEvent } from './event-draft.js';
import { caseKey, type EventLine, type CaseIdentifier } from './event-line.js';
import { refused, notRecorded, UNCHANGED, type ImportOutcome, type Recorder, type Subject } from './recorder.js';
import type { CellError } from './report.js';

/** What became of each line of a case, in their order: one of them refused refuses all. */
export type LinesOutcome =
  | { readonly outcome: 'entered'; readonly lines: readonly ('added' | 'unchanged')[] }
  | { readonly outcome: 'refused'; readonly wrong: readonly CellError[] };

const actorOf = (list: string): Actor => ({ kind: 'import', id: `events:${list}`, asserted: true });

export const recordEvents = async (recorder: Recorder, lines: readonly EventLine[]): Promise<LinesOutcome> => {
  const read = lines.map(readLine);
  const wrong = read.flatMap((one) => one.wrong);
  if (wrong.length > 0) return { outcome: 'refused', wrong: alsoTheOthers(lines, wrong) };
  const group: Group = { recorder, lines: read.map(({ line }) => line), actor: actorOf(recorder.list) };
  const target = await targetOf(group);
  const judged = 'wrong' in target ? target : await addTo(group, target);
  return judged.outcome === 'refused' ? { ...judged, wrong: alsoTheOthers(lines, judged.wrong) } : judged;
};

interface Group {
  readonly recorder: Recorder;
  readonly lines: readonly ReadLine[];
  readonly actor: Actor;
}

interface ReadLine extends EventLine {
  readonly statement: LocatedEvent;
  /** The key of the line before it that it follows, where `after` is one and no id. */
  readonly follows: string | undefined;
}

const readLine = (
  line: EventLine,
  at: number,
  lines: readonly EventLine[],
): { readonly line: ReadLine; readonly wrong: readonly CellError[] } => {
  const { after, ...body } = line.body;
  const before = lines.slice(0, at);
  const follows = typeof after === 'string' && before.some(({ key }) => key === after) ? after : undefined;
  const draft = { body: follows === undefined ? line.body : body, locate: line.locate };
  // A line that cannot be cut into cells, or is no JSON, says nothing to be judged.
  const unread = line.wrong.some(({ column }) => column === null);
  const { statements, wrong } = checkDrafts('case', unread ? [] : [draft]);
  const duplicates = line.key !== '' && before.some(({ key }) => key === line.key);
  const repeated: readonly CellError[] = duplicates
    ? [{ column: 'key', code: 'ROW.REFERENCE_TWICE', expected: 'a key that no other line of the case has' }]
    : [];
  return {
    line: { ...line, follows, statement: { ...(statements[0] as LocatedEvent), row: line.row } },
    wrong: [...line.wrong, ...wrong, ...repeated].map((cell) => ({ ...cell, row: line.row })),
  };
};

/** What is right stays out with what is wrong, and is told so. */
const alsoTheOthers = (lines: readonly EventLine[], wrong: readonly CellError[]): readonly CellError[] => {
  const told = new Set(wrong.map(({ row }) => row ?? lines[0]?.row));
  const others = lines.filter(({ row }) => !told.has(row));
  return [
    ...wrong.map((cell) => ({ row: lines[0]?.row ?? null, ...cell })),
    ...others.map(({ row }) => ({ row, column: null, ...NOT_ALONE })),
  ];
};

const NOT_ALONE = {
  code: 'ROW.NOT_ALONE',
  expected: 'no wrong line of the same case in the file; the lines of a case enter together',
} as const;

interface Target {
  readonly subject: Subject;
  readonly begins: boolean;
  /** A reference that the case is to have besides. */
  readonly gains: Reference | null;
}

type Refused = Extract<ImportOutcome, { outcome: 'refused' }>;

/** Which case the lines are about, and whether they open it. */
const targetOf = async ({ recorder, lines, actor }: Group): Promise<Target | Refused> => {
  const [first] = lines;
  const named = first?.case as CaseIdentifier;
  if ('id' in named) return { subject: { kind: 'case', id: named.id }, begins: false, gains: null };
  const same = lines.find(({ sameAs }) => sameAs !== null);
  if (same !== undefined) {
    const id = await recorder.find(same.sameAs as Reference);
    if (id === null) return refusedAt('same_as', same.row, 'the reference of a case in a list');
    return { subject: { kind: 'case', id }, begins: false, gains: named };
  }
  const own: Subject = { kind: 'case', id: newCaseId(actor, caseKey(named)) };
  if ((await recorder.record(own, actor)) !== null) return { subject: own, begins: false, gains: null };
  if (lines.some(({ body }) => body.type === 'opened')) return { subject: own, begins: true, gains: null };
  const id = await recorder.find(named);
  if (id === null) return refusedAt('ref', first?.row, 'the reference of a case, or a line of type opened');
  return { subject: { kind: 'case', id }, begins: false, gains: null };
};

const refusedAt = (column: string, row: number | undefined, expected: string): Refused =>
  refused({ column, row: row ?? null, code: 'ROW.UNKNOWN_REFERENCE', expected }) as Refused;

const addTo = async (group: Group, target: Target): Promise<LinesOutcome> => {
  const { recorder, lines, actor } = group;
  const { subject, begins } = target;
  const record = begins ? [] : await recorder.record(subject, actor);
  if (record === null) return { ...refusedAt('ref', lines[0]?.row, 'the id of a case') };
  const compared = matchLines(lines, record);
  if (compared.corrections.length > 0) return { outcome: 'refused', wrong: compared.corrections };
  const newEvents = lines.filter((_, at) => compared.ids[at] === null);
  const opened = newEvents.find(({ body }) => body.type === 'opened');
  if (opened !== undefined && !begins) return takenAt(opened);
  const gained = gainedBy(target, record, lines);
  const outcomes = compared.ids.map((id) => (id === null ? 'added' : 'unchanged'));
  if (newEvents.length === 0 && gained.length === 0) return { outcome: 'entered', lines: outcomes };
  const key = JSON.stringify([
    recorder.list,
    caseKey(lines[0]?.case ?? null),
    ...newEvents.map(identityOf),
    ...gained.map(eventText),
  ]);
  const ids = eventIds({ actor, stream: streamName('case', subject.id), key }, newEvents.length + gained.length);
  const answer = await recorder.say({
    subject,
    begins,
    statements: [...newEvents.map((line) => statementOf(line, lines, compared.ids, newEvents, ids)), ...gained],
    actor,
    key,
    acknowledge: [...new Set(newEvents.flatMap(({ acknowledge }) => acknowledge))],
  });
  if (answer.outcome === 'behind')
    return answer.subject.id === subject.id ? asRefused(notRecorded()) : takenAt(lines[0] as ReadLine);
  if (answer.outcome === 'refused') return answer;
  return { outcome: 'entered', lines: answer === UNCHANGED ? outcomes.map(() => 'unchanged') : outcomes };
};

const asRefused = (judged: ImportOutcome): Refused => judged as Refused;

const takenAt = ({ row }: ReadLine): Refused =>
  asRefused(
    refused({
      column: 'ref',
      row,
      code: 'ROW.REFERENCE_TAKEN',
      expected: 'a reference that no other case has, or no line of type opened, since the case is there',
    }),
  );

/** The events of record that lines say: the id of each, null for a new line; and the lines that say something else now. */
const matchLines = (
  lines: readonly ReadLine[],
  record: readonly PriorEvent[],
): { readonly ids: readonly (string | null)[]; readonly corrections: readonly CellError[] } => {
  const left = record.filter(({ fromThisImport }) => fromThisImport);
  const ids: (string | null)[] = [];
  for (const line of lines) {
    const target = line.follows === undefined ? -1 : lines.findIndex(({ key }) => key === line.follows);
    const after = target === -1 ? undefined : ids[target];
    // What follows a new line cannot be on record.
    const at = after === null ? -1 : left.findIndex(({ event }) => isSame(withAfter(line, after), event));
    ids.push(at === -1 ? null : (left.splice(at, 1)[0]?.id ?? null));
  }
  const corrections = lines.flatMap((line, at) => (ids[at] === null ? changedSince(line, left) : []));
  return { ids, corrections };
};

const withAfter = ({ statement }: ReadLine, after: string | undefined): AnyEvent =>
  after === undefined ? statement.event : { ...statement.event, after };

const isSame = (a: AnyEvent, b: AnyEvent): boolean => isDeepStrictEqual(plain(a), plain(b));

/** As it is stored: texts in NFC, a reference in any of its spellings. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, inner: unknown) => {
    if (typeof inner !== 'string') return inner;
    return key === 'reference' ? foldedKey(inner) : toNfc(inner);
  });

/** Said otherwise by an earlier import: an event of the same type and day that no line says any more. */
const changedSince = ({ statement, locate, row }: ReadLine, left: readonly PriorEvent[]): readonly CellError[] => {
  const now = statement.event as CaseEvent;
  const last = left.find(({ event }) => event.type === now.type && event.occurredOn === now.occurredOn)?.event;
  if (last === undefined) return [];
  const [a, b] = [now, last] as unknown as readonly [RawEvent, RawEvent];
  const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (field) => !isDeepStrictEqual(plain(a[field] ?? null), plain(b[field] ?? null)),
  );
  return fields.map((field) => ({
    row,
    column: locate(`/${field}`),
    code: 'IMPORT.NEEDS_CORRECTION',
    expected: 'what is on record; an import adds and never changes, so let a person record the correction',
  }));
};

/** A line as it is recorded: behind the event that it follows, whose id is known by now. */
const statementOf = (
  line: ReadLine,
  lines: readonly ReadLine[],
  recorded: readonly (string | null)[],
  newEvents: readonly ReadLine[],
  ids: readonly string[],
): LocatedEvent => {
  if (line.follows === undefined) return line.statement;
  const target = lines.findIndex(({ key }) => key === line.follows);
  const after = recorded[target] ?? ids[newEvents.indexOf(lines[target] as ReadLine)];
  return { ...line.statement, event: withAfter(line, after) };
};

const identityOf = ({ body, key }: ReadLine): string => JSON.stringify([body, key]);
const eventText = ({ event }: LocatedEvent): string => JSON.stringify(event);

/** The reference by which lines with `same_as` name their case, where it does not have it yet. */
const gainedBy = (
  { gains }: Target,
  record: readonly PriorEvent[],
  lines: readonly ReadLine[],
): readonly LocatedEvent[] => {
  const line = lines.find(({ sameAs }) => sameAs !== null);
  if (gains === null || line === undefined || hasReference(record, gains)) return [];
  const { sources, reliability } = line.statement.event;
  const said = lines.some(({ body }) => body.type === 'referenced' && body['reference'] === gains.reference);
  if (said) return [];
  const event: AnyEvent = { type: 'referenced', ...gains, sources, reliability };
  return [{ event, locate: () => 'ref', row: line.row }];
};

/** Whether a case has a reference, as far as its events say. */
export const hasReference = (record: readonly PriorEvent[], { list, reference }: Reference): boolean =>
  record.some(({ event }) => {
    const given = event.type === 'opened' ? (event.references ?? []) : event.type === 'referenced' ? [event] : [];
    return given.some((one) => one.list === list && foldedKey(one.reference) === foldedKey(reference));
  });

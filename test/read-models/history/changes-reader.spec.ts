/** A reader of changes keeps some timelines, and says the same of an event whether it keeps its case's or not. */
import { changesReader } from '../../../src/read-models/history/changes-reader.js';
import type { FullEventEntry, LogTables } from '../../../src/read-models/log-tables.js';
import { withIds } from '../../support/events.js';

/** Three cases whose events take turns in the log. */
const CASES = ['1', '2', '3'];
const EVENTS = withIds(
  { type: 'arrested', occurredOn: '2024-01-10' },
  { type: 'transferred', occurredOn: '2024-03-01', facility: 'No. 2' },
  { type: 'released', occurredOn: '2024-05-01', reason: 'bail' },
  { type: 'arrested', occurredOn: '2024-07-01' },
);
const log = EVENTS.flatMap((eventWithId, round) =>
  CASES.map((id, index) => ({
    stream: index,
    subject: { kind: 'case', id },
    position: round * CASES.length + index + 1,
    eventWithId,
  })),
) as unknown as readonly FullEventEntry[];

const logTables = {
  cases: { caseNoOf: Number, caseIdOf: String, caseFedBy: () => null },
  caseEntries: (caseNo: number, upTo: number) =>
    log.filter(({ subject, position }) => subject.id === String(caseNo) && position <= upTo),
} as unknown as LogTables;

it.each([1, 4, 9, 1_000])('keeps timelines of %i events and says the same', (maxEventsKept) => {
  const kept = changesReader(logTables, maxEventsKept);
  const changes = log.map((event) => kept(event));
  expect(changes).toEqual(log.map((event) => changesReader(logTables)(event)));
  expect(changes.map(([first]) => first?.axis)).not.toContain(undefined);
});

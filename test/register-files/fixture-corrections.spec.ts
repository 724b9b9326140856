/**
 * The fixtures corrected at random: corrections that are retracted bring every answer back, and a changed file corrects the register
 * into that of the changed file. `npm test` takes some rows of the register and few corrections; `npm run test:corrections` takes all
 * the files, compares with expected.json, and makes a thousand. `CORRECTIONS_SEED=17` repeats a run.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { RecordEvents, type RecordEventsRequest } from '../../src/commands/record-events.js';
import { findingCodes } from '../../src/domain/case/findings.js';
import type { AnyEvent } from '../../src/domain/events.js';
import { MAX_READ, type LogEvent } from '../../src/event-store/port.js';
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import type { CorrectionLine } from '../../src/register-files/import-files.js';
import { effort, THOROUGH } from '../support/effort.js';
import { scopeOf } from '../support/scopes.js';
import {
  DEFINITIONS,
  demoFile,
  fixture,
  openRealRegister,
  REGISTER_FILES,
  type RealRegister,
} from './real-register.js';
import { Files } from './temporary-files.js';

const IS_FULL = THOROUGH || process.env['CORRECTIONS'] !== undefined;
const COUNT = Number(process.env['CORRECTIONS'] ?? effort(60, 1_000));
const ROWS = IS_FULL ? Infinity : 90;
const NAME = 'register-2025-10-07.csv';
const SEED = Number(process.env['CORRECTIONS_SEED'] ?? 1);
const TODAY = '2026-01-05';

interface Expected {
  readonly editions: Readonly<Record<string, { readonly total: number; readonly groups: object }>>;
}
const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Expected;

/** Numbers from 0 below a bound, the same for the same seed. */
const randomOf = (seed: number): ((below: number) => number) => {
  const numbers = fc.sample(fc.nat(), { seed, numRuns: 200 * COUNT + 1_000 }).values();
  return (below) => Number(numbers.next().value) % below;
};

/** What the register answers: counts by category and stage on every edition and today, who is on the list, who came and went. */
const answersOf = async ({ queries }: RealRegister): Promise<object> => {
  const counts = new Map<string, object>();
  for (const asOf of [...Object.keys(expected.editions), TODAY])
    for (const by of ['category', 'stage'] as const) {
      const answer = await queries.execute(new MemberCounts(scopeOf({ asOf }), 'union', { by, filters: {} }));
      counts.set(`${asOf} ${by}`, { total: answer?.total, groups: answer?.groups });
    }
  const members = [];
  for (const asOf of ['2024-06-14', '2025-10-07', TODAY]) {
    const page = { limit: 500, sort: 'reference' as const };
    const answer = await queries.execute(new ListMembers(scopeOf({ asOf }), 'union', { filters: {}, page }));
    members.push(answer?.items.map(({ caseId: _, ...person }) => person));
  }
  const span = { from: '2023-04-20', to: TODAY, limit: 1_000 };
  const movements = await queries.execute(new Movements(scopeOf(), 'union', span));
  return { counts: Object.fromEntries(counts), members, totals: movements?.totals, left: movements?.leftByReason };
};

const open: RealRegister[] = [];
let files: Files;
/** The lines of the register's file, the header first. */
let header: string;
let lines: readonly string[];
beforeEach(() => {
  files = new Files();
  [header = '', ...lines] = readFileSync(demoFile(NAME), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(0, ROWS + 1);
});
afterEach(async () => {
  for (const register of open.splice(0)) await register.close();
  files.remove();
});

/** The files of a register with these rows. */
const filesWith = (rows: readonly string[]): readonly string[] => [
  DEFINITIONS,
  files.text(NAME, [header, ...rows].join('\n')),
  ...(IS_FULL ? REGISTER_FILES.filter((path) => !path.endsWith(NAME)) : []),
];

const imported = async (paths: readonly string[]): Promise<RealRegister> => {
  const register = await openRealRegister();
  open.push(register);
  const { report } = await register.import(paths);
  expect(report).toEqual([]);
  return register;
};

const SAID = { sources: [{ kind: 'official' as const, citation: 'synthetic' }], reliability: 'verified' as const };

/** Records an amendment, whatever is odd about it; the id of its event, null where it is refused. */
const amend = async ({ commands }: RealRegister, stream: string, event: object): Promise<string | null> => {
  const request = {
    subject: { kind: 'case', id: stream.slice('case-'.length) },
    isNewSubject: false,
    events: [{ ...SAID, ...event }],
    actor: { kind: 'person', id: 'p-1', asserted: true },
    acknowledge: Object.keys(findingCodes),
    correlationId: 'c-1',
  } as unknown as RecordEventsRequest;
  const result = await commands.execute(new RecordEvents(request));
  if (result.outcome === 'recorded') return result.events[0] ?? null;
  expect(result.outcome).toBe('refused');
  return null;
};

/** A correction that may be made of an event, null where none is tried. */
const correctionOf = (event: AnyEvent, random: (below: number) => number): object | null => {
  const choices: readonly (object | null)[] = [
    event.occurredOn === undefined ? null : { occurredOn: `20${String(17 + random(9))}-0${String(1 + random(9))}` },
    event.type === 'opened' ? { born: String(1940 + random(60)), sex: random(2) === 0 ? 'f' : null } : null,
    event.type === 'recognised' ? { category: 'journalists-and-bloggers' } : null,
    event.type === 'convicted' ? { sentence: { kind: 'imprisonment', term: `P${String(1 + random(15))}Y` } } : null,
    event.type === 'released' ? { reason: random(2) === 0 ? 'health' : 'bail' } : null,
    { note: `corrected ${String(random(1_000))}` },
  ];
  const possible = choices.filter((choice) => choice !== null);
  return possible[random(possible.length)] ?? null;
};

it(`${String(COUNT)} random corrections and their retractions bring every answer back`, async () => {
  const register = await imported(filesWith(lines));
  const before = await answersOf(register);
  for (const [asOf, { total }] of IS_FULL ? Object.entries(expected.editions) : [])
    expect(before).toMatchObject({ counts: { [`${asOf} category`]: { total: { yes: total, uncertain: 0 } } } });
  const random = randomOf(SEED);
  const events: LogEvent[] = [...(await register.store.read(null, MAX_READ))].filter(({ stream }) =>
    stream.startsWith('case-'),
  );
  const made: { readonly stream: string; readonly id: string }[] = [];
  while (made.length < COUNT) {
    const { stream, id, event } = events[random(events.length)] as LogEvent;
    const again = made.filter((other) => other.stream === stream);
    const [target, data] =
      again.length > 0 && random(4) === 0
        ? [again[random(again.length)]?.id, { note: `again ${String(random(1_000))}` }]
        : [id, correctionOf(event, random)];
    const isRetraction = random(5) === 0 && event.type !== 'opened';
    const amendment = isRetraction
      ? { type: 'retracted', event: id, reason: 'tried at random' }
      : { type: 'corrected', event: target, data };
    const amended = await amend(register, stream, amendment);
    if (amended !== null) made.push({ stream, id: amended });
  }
  await register.import([DEFINITIONS]);
  expect(await answersOf(register)).not.toEqual(before);
  // The last first: a correction of a retracted correction could not be retracted, and no step is impossible that was possible.
  for (const { stream, id } of made.toReversed())
    expect(await amend(register, stream, { type: 'retracted', event: id, reason: 'undone' })).not.toBeNull();
  await register.import([DEFINITIONS]);
  expect(await answersOf(register)).toEqual(before);
}, 600_000);

/** Another content for a cell, null where it stays. */
const changedCell = (column: string, cell: string, random: (below: number) => number): string | null => {
  if (cell === '') return null;
  switch (column) {
    case 'name':
    case 'name_en':
      return `${cell}a`;
    case 'name_ru':
      return `${cell}а`;
    case 'sex':
      return ['', cell === 'm' ? 'f' : 'm'][random(2)] ?? null;
    case 'born':
      return random(3) === 0 ? '' : String(Number(cell) - 1);
    case 'category':
      return cell === 'believers' ? 'human-rights-defenders' : 'believers';
    case 'charged_articles':
      return cell === '206.1' ? '206.2' : '206.1';
    case 'court':
    case 'facility':
      return random(2) === 0 ? '' : `${cell} 2`;
    case 'incident':
      return random(2) === 0 ? '' : 'another-affair';
    case 'source':
      return 'another source';
    default:
      return null;
  }
};

it('50 cells changed at random are 50 corrections, and then the answers of a register of the changed file', async () => {
  const random = randomOf(SEED + 1);
  const columns = header.split(',');
  const rows = lines.map((line) => line.split(','));
  const changed = new Set<string>();
  while (changed.size < 50) {
    const [row, column] = [random(rows.length), random(columns.length)];
    const cells = rows[row] ?? [];
    // A quoted cell would be parted; such rows stay.
    if (changed.has(`${String(row)} ${String(column)}`) || cells.length !== columns.length) continue;
    const content = changedCell(columns[column] ?? '', cells[column] ?? '', random);
    if (content === null) continue;
    cells[column] = content;
    changed.add(`${String(row)} ${String(column)}`);
  }
  const register = await imported(filesWith(lines));
  const changedFiles = filesWith(rows.map((cells) => cells.join(',')));
  const corrections: CorrectionLine[] = [];
  const { imported: result, report } = await register.import(changedFiles.slice(1, 2), {
    correct: true,
    onCorrection: (line) => corrections.push(line),
  });
  expect(report).toEqual([]);
  expect(result.files).toMatchObject([{ corrected: 50, refused: 0 }]);
  const corrected = corrections.map(
    ({ row, column }) => `${String((row ?? 0) - 2)} ${String(columns.indexOf(column))}`,
  );
  expect(corrected.sort()).toEqual([...changed].sort());
  const fresh = await imported(changedFiles);
  expect(await answersOf(register)).toEqual(await answersOf(fresh));
}, 600_000);

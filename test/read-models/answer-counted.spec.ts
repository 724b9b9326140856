/** Counts of more cases than one step takes, beside other requests, new events and a file that is swapped. */
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { formatDay } from '../../src/domain/time.js';
import { ListDifferences } from '../../src/read-models/counts/differences.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import type { ModelFile } from '../../src/read-models/model-file.js';
import { ModelReader } from '../../src/read-models/model-reader.js';
import { ReadModelReader, type QueryContext } from '../../src/read-models/reader.js';
import { STILL_KNOWN } from '../../src/read-models/table.js';
import { day } from '../support/events.js';
import { NOW, scopeOf } from '../support/scopes.js';
import { clock, emptyFile, handlersOf, Log, opened } from './support.js';

const PEOPLE = 50_000;

let log: Log;
beforeEach(async () => {
  log = new Log();
  await log.list();
});
afterEach(() => log.store.close());

/** Every case is on the list, every fifth of them among the journalists. */
const filledFile = async (firstNumber: number): Promise<ModelFile> => {
  const file = emptyFile();
  file.applyBatch(await log.events());
  const numbers = `(WITH RECURSIVE n (no) AS (SELECT ${firstNumber} UNION ALL SELECT no + 1 FROM n LIMIT ${PEOPLE}) SELECT no FROM n)`;
  file.db.exec(`INSERT INTO cases (no, id) SELECT no, 'filled-' || no FROM ${numbers};
    INSERT INTO periods (case_no, known_from, known_to, list, from_day, to_day, undecided, custody, custody_why, life, articles,
      recognition, category) SELECT no, 1, ${STILL_KNOWN}, 'union', ${day('2024-03-01')}, ${day('2100-01-01')}, 0, 'detained', 'arrested', 0,
      '[]', 'recognised', iif(no % 5 = 0, 'journalists', 'others') FROM ${numbers}`);
  return file;
};

class ChangingReader extends ReadModelReader {
  reads = 0;
  /** `onRead` may change what is read from then on. */
  constructor(
    public reader: ModelReader,
    readonly store: Log['store'],
    private readonly onRead: (self: ChangingReader) => void = () => undefined,
  ) {
    super();
  }
  override async contextAt(): Promise<QueryContext> {
    this.reads += 1;
    this.onRead(this);
    const { db, logTables, counters, checkpoint, logId } = this.reader;
    return { db, logTables, counters, position: checkpoint.position, logId, clock };
  }
}

/** A reader of a file to which, at one of its reads, three events are applied: one person more is on the list. */
const readerOfGrowing = async (file: ModelFile, atRead: number): Promise<ChangingReader> => {
  const { position } = file.checkpoint;
  await log.append(
    'case',
    'new',
    opened('Yeni'),
    { type: 'arrested', occurredOn: '2024-01-01' },
    { type: 'recognised', occurredOn: '2024-01-02', list: 'union', category: 'believers' },
  );
  const events = (await log.events()).slice(position);
  return new ChangingReader(new ModelReader(file.db), log.store, ({ reads }) => {
    if (reads === atRead) file.applyBatch(events);
  });
};

const countsOf = (reader: ReadModelReader) =>
  handlersOf(reader).counts.execute(new MemberCounts(NOW, 'union', { by: 'category', filters: {} }));

const expected = (more = 0) => ({
  total: { yes: PEOPLE + more, uncertain: 0 },
  groups: [
    { key: 'believers', yes: more, uncertain: 0 },
    { key: 'journalists', yes: PEOPLE / 5, uncertain: 0 },
    { key: 'others', yes: (PEOPLE * 4) / 5, uncertain: 0 },
  ],
});

it('counts everybody, and lets other requests run between steps', async () => {
  const file = await filledFile(10);
  const reader = new ChangingReader(new ModelReader(file.db), log.store);
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 0);
  expect(await countsOf(reader)).toMatchObject(expected());
  clearInterval(ticking);
  // Three steps for the groups and three for the total, and the question itself.
  expect(reader.reads).toBe(7);
  expect(turns).toBeGreaterThanOrEqual(5);
  expect(await countsOf(reader)).toMatchObject(expected());
  expect(reader.reads).toBe(8);
  file.close();
});

it('shares the steps among those who ask the same', async () => {
  const file = await filledFile(10);
  const reader = new ChangingReader(new ModelReader(file.db), log.store);
  for (const answer of await Promise.all([countsOf(reader), countsOf(reader), countsOf(reader)]))
    expect(answer).toMatchObject(expected());
  // Each of the queries alone would read six times.
  expect(reader.reads).toBeLessThan(3 + 3 * 6);
  file.close();
});

it('answers as of the position at which the question came, whatever is recorded meanwhile', async () => {
  const file = await filledFile(10);
  const { position } = file.checkpoint;
  const reader = await readerOfGrowing(file, 3);
  expect(await countsOf(reader)).toMatchObject({ position, ...expected() });
  expect(await countsOf(reader)).toMatchObject({ position: position + 3, ...expected(1) });
  file.close();
});

it('refuses further counts where too many are under way, and brings those to their end', async () => {
  const file = await filledFile(10);
  const reader = new ChangingReader(new ModelReader(file.db), log.store);
  const answers = await Promise.allSettled(
    Array.from({ length: 25 }, (_, index) =>
      handlersOf(reader).members.execute(
        new ListMembers(scopeOf({ asOf: formatDay(day('2024-03-01') + index) }), 'union', {
          filters: {},
          page: { limit: 1 },
        }),
      ),
    ),
  );
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  expect([answers.length - refused.length, new Set(refused.map((error) => (error as Error).name))]).toEqual([
    20,
    new Set(['QueriesBusy']),
  ]);
  file.close();
});

it('tells what differs, and how many there are on both days, as of one position, whatever is recorded meanwhile', async () => {
  const file = await filledFile(10);
  const { position } = file.checkpoint;
  const reader = await readerOfGrowing(file, 6);
  const [from, to] = [scopeOf({ asOf: '2024-02-01' }), scopeOf({ asOf: '2024-04-01' })];
  const differences = () =>
    handlersOf(reader).differences.execute(new ListDifferences(from, to, 'union', { limit: 0 }));
  expect(await differences()).toMatchObject({ toPosition: position, opening: 0, closing: PEOPLE });
  expect(await differences()).toMatchObject({ toPosition: position + 3, opening: 1, closing: PEOPLE + 1 });
  const members = await handlersOf(reader).members.execute(
    new ListMembers(to, 'union', { filters: {}, page: { limit: 1 } }),
  );
  expect(members?.total).toEqual({ yes: PEOPLE + 1, uncertain: 0 });
  file.close();
});

it('begins anew in another file', async () => {
  const files = [await filledFile(10), await filledFile(70_000)];
  const [first, other] = files.map(({ db }) => new ModelReader(db)) as [ModelReader, ModelReader];
  const reader = new ChangingReader(first, log.store, (self) => {
    if (self.reads === 3) self.reader = other;
  });
  expect(await countsOf(reader)).toMatchObject(expected());
  for (const file of files) file.close();
});

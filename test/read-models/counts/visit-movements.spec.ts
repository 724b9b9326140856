/** Visits more cases than fit in one slice, with files that are swapped meanwhile. */
import type { EventStore } from '../../../src/event-store/port.js';
import type { ModelFile } from '../../../src/read-models/model-file.js';
import { ModelReader } from '../../../src/read-models/model-reader.js';
import { Movements } from '../../../src/read-models/counts/movements.query.js';
import { ReadModelReader, type QueryContext } from '../../../src/read-models/reader.js';
import { STILL_KNOWN } from '../../../src/read-models/table.js';
import { day } from '../../support/events.js';
import { clock, emptyFile, handlersOf, Log } from '../support.js';
import { NOW } from '../../support/scopes.js';

const PEOPLE = 2_500;

let log: Log;
let files: readonly ModelFile[];
beforeEach(async () => {
  log = new Log();
  await log.list();
  const events = await log.events();
  files = [10, 5_000].map((firstNumber) => {
    const file = emptyFile();
    file.applyBatch(events);
    fill(file, firstNumber);
    return file;
  });
});
afterEach(async () => {
  for (const file of files) file.close();
  await log.store.close();
});

/** Every case enters on one day and leaves on another; case numbers start at `firstNumber`. */
const fill = ({ db }: ModelFile, firstNumber: number): void => {
  const period =
    db.prepare(`INSERT INTO periods (case_no, known_from, known_to, list, from_day, to_day, undecided, custody,
    custody_why, life, articles, recognition, category) VALUES (?, 1, ${STILL_KNOWN}, 'union', ?, ?, 0, ?, ?, 0, '[]', 'recognised', 'others')`);
  const listEntry = db.prepare(`INSERT INTO list_entries (case_no, known_from, known_to, case_id, name, name_key, refs)
    VALUES (?, 1, ${STILL_KNOWN}, ?, ?, ?, '[]')`);
  db.transaction(() => {
    for (let no = 0; no < PEOPLE; no += 1) {
      const id = `c${String(no).padStart(5, '0')}`;
      period.run(firstNumber + no, day('2024-03-01'), day('2024-06-01'), 'detained', 'arrested');
      period.run(firstNumber + no, day('2024-06-01'), day('2100-01-01'), 'free', 'released:bail');
      listEntry.run(firstNumber + no, id, id, id);
    }
  })();
};

/** Returns the files one after the other, then always the last. */
class ChangingReader extends ReadModelReader {
  reads = 0;
  readonly #readers: readonly ModelReader[];
  constructor(
    files: readonly ModelFile[],
    readonly store: EventStore,
  ) {
    super();
    // One of each file, since queries notice another one by its connection.
    this.#readers = files.map(({ db }) => new ModelReader(db));
  }
  override async contextAt(): Promise<QueryContext> {
    const reader = this.#readers[Math.min(this.reads, this.#readers.length - 1)];
    this.reads += 1;
    if (reader === undefined) throw new Error('no file');
    const { db, logTables, counters, checkpoint, logId } = reader;
    return { db, logTables, counters, position: checkpoint.position, logId, clock };
  }
}

const ask = { from: '2024-01-01', to: '2024-12-31', limit: 1_000 };
const whole = { entered: PEOPLE, left: PEOPLE, moved: 0, movedIn: 0, movedOut: 0 };

it('counts every case, and lets other requests run between slices', async () => {
  const reader = new ChangingReader([files[0]!], log.store);
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 0);
  const found = await handlersOf(reader).movements.execute(new Movements(NOW, 'union', ask));
  clearInterval(ticking);
  expect(found).toMatchObject({
    opening: 0,
    closing: 0,
    totals: whole,
    leftByReason: [{ reason: 'bail', count: PEOPLE }],
  });
  expect(turns).toBeGreaterThan(0);
  expect(reader.reads).toBeGreaterThan(2);
});

it('pages through every case once', async () => {
  const { movements } = handlersOf(new ChangingReader([files[0]!], log.store));
  const seen: string[] = [];
  let after: string | null | undefined;
  do {
    const page = await movements.execute(new Movements(NOW, 'union', { ...ask, ...(after && { after }) }));
    for (const kind of ['entered', 'left'] as const)
      seen.push(...(page?.[kind] ?? []).map(({ day, caseId }) => `${day} ${caseId}`));
    after = page?.next ?? null;
  } while (after !== null);
  expect(seen).toHaveLength(2 * PEOPLE);
  expect([...seen].sort()).toEqual([...new Set(seen)].sort());
});

it('starts over if the file is replaced by one with other case numbers', async () => {
  const [before, after] = files as [ModelFile, ModelFile];
  const reader = new ChangingReader([before, before, before, after], log.store);
  const found = await handlersOf(reader).movements.execute(new Movements(NOW, 'union', ask));
  expect(found?.totals).toEqual(whole);
  expect(new Set(found?.entered.map(({ caseId }) => caseId)).size).toBe(ask.limit);
});

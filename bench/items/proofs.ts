/** What it costs that the log can be verified: leaf hashes in appends, and the verification of a whole log. */
import { encodeWithoutLeaf } from '../../src/event-store/codec.js';
import { encode } from '../../src/event-store/encode.js';
import { openLogFile } from '../../src/event-store/sqlite/file.js';
import { SqliteLog } from '../../src/event-store/sqlite/log.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { verifyLog } from '../../src/proof/verify-log.js';
import { logFile, pagesOf, registerFolder } from '../data-sets.js';
import { FoldedLog } from '../fold.js';
import { rate, type Item, type RunContext, type Variant } from '../item.js';
import { definitions, LONG_CASE } from '../synthetic.js';
import { expected, makeAppends, type Append } from './appends.js';

/** Appends of one event, each encoded and committed alone, without the queue of the store, which is the same for both. */
const appended =
  (encodeEvent: (append: Append) => ReturnType<typeof encode>): Variant =>
  async ({ work, sizes }) => {
    const log = new SqliteLog(openLogFile(`${work}/log.sqlite`));
    const appends = makeAppends(sizes.appends);
    const value = await rate(appends.length, () => {
      for (const append of appends) {
        const { stream, revision } = append;
        log.commit([{ stream, expected: expected(revision), records: [encodeEvent(append)], bytes: 0 }]);
      }
    });
    log.close();
    return { value };
  };

export const appendsWithLeafHashes: Item = {
  'with leaf hashes': appended(({ event, ...place }) => encode(place, event)),
  without: appended(({ event }) => encodeWithoutLeaf(event)),
};

const openLog = ({ data, sizes }: RunContext) =>
  createSqliteStore({ file: logFile(registerFolder(data, sizes.cases, LONG_CASE)) });
const eventsIn = ({ sizes }: RunContext): number => sizes.cases * LONG_CASE + definitions.length;

const verified: Variant = async (context) => {
  const store = openLog(context);
  const job = { signal: new AbortController().signal, onProgress: () => undefined };
  const value = await rate(eventsIn(context), async () => {
    const { events, tree } = await verifyLog(store, [], job);
    if (tree === null || events !== eventsIn(context)) throw new Error(`${events} events were verified`);
  });
  await store.close();
  return { value };
};

const replayed: Variant = async (context) => {
  const store = openLog(context);
  const folded = new FoldedLog();
  const value = await rate(eventsIn(context), async () => {
    for await (const page of pagesOf(store)) for (const { stream, event } of page) folded.apply(stream, event);
  });
  await store.close();
  return { value };
};

export const verification: Item = { verified, replayed };

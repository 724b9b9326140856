/**
 * Shows what emmett-sqlite does with appends at once, as the versions of package.json do: `node bench/peers/faults.mjs`. With its own pool,
 * and with one connection for all, which is killed while it appends.
 */
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const AT_ONCE = 64;
/** Acknowledged appends after which the process is killed. */
const ENOUGH = 2_000;

const append = (store, number) =>
  store.appendToStream(`case-${number}`, [{ type: 'opened', data: { number } }], { expectedStreamVersion: 0n });

const withOwnPool = async (fileName) => {
  const print = console.log;
  // emmett-sqlite prints each failed transaction.
  console.log = () => undefined;
  const store = getSQLiteEventStore({ fileName });
  await store.schema.migrate();
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, (_, number) => append(store, number)));
  console.log = print;
  const errors = results.flatMap(({ reason }) => (reason === undefined ? [] : [String(reason)]));
  console.log(
    `With its own pool, ${errors.length} of ${AT_ONCE} appends at once fail: ${[...new Set(errors)].join('; ')}.`,
  );
};

/** In a process of its own: tells its parent the number of each acknowledged append. */
const appendOn = async (fileName) => {
  const connection = sqliteConnection({ fileName });
  const store = getSQLiteEventStore({ fileName, connectionOptions: { connection, singleton: true } });
  await store.schema.migrate();
  let next = 0;
  const write = async () => {
    for (;;) {
      const number = next++;
      await append(store, number);
      process.send(number);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
};

const withOneConnection = async (fileName) => {
  const child = fork(fileURLToPath(import.meta.url), [fileName]);
  const acknowledged = [];
  child.on('message', (number) => {
    if (acknowledged.push(number) === ENOUGH) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const rows = await sqliteConnection({ fileName }).query('SELECT stream_id FROM emt_messages');
  const stored = new Set(rows.map(({ stream_id }) => stream_id));
  const lost = acknowledged.filter((number) => !stored.has(`case-${number}`));
  console.log(
    `With one connection, ${lost.length} of ${acknowledged.length} acknowledged appends are lost after SIGKILL.`,
  );
};

const [ofParent] = process.argv.slice(2);
if (ofParent !== undefined) await appendOn(ofParent);
else {
  const folder = mkdtempSync(join(tmpdir(), 'habeas-bench-faults-'));
  await withOwnPool(join(folder, 'pool.sqlite'));
  await withOneConnection(join(folder, 'one.sqlite'));
  rmSync(folder, { recursive: true });
}

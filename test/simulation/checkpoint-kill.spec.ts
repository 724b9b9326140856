/**
 * Kill -9 of the service under 64 writers while it signs a checkpoint every second and after every few events: no checkpoint that
 * anybody ever got covers what the log does not hold. `npm run test:checkpoints` kills it fifty times.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { openKeptCheckpoints, type Checkpoint } from '../../src/proof/checkpoint.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { verifyLog } from '../../src/proof/verify-log.js';
import { postOnce } from '../support/ask-again.js';
import { BuiltService } from '../support/built-service.js';
import { effort } from '../support/effort.js';
import { latinName, WITH_SOURCES } from '../support/service.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const ROUNDS = Number(process.env['CHECKPOINT_KILLS'] ?? effort(1, 10));
const WRITERS = 64;

test(`kill -9 under ${WRITERS} writers, ${ROUNDS} times: no checkpoint is ahead of the log`, async () => {
  const folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  const witness = join(folder.path, 'witness');
  const files = new ProofFiles(data);
  const witnessed = (): readonly Checkpoint[] =>
    (existsSync(witness) ? readFileSync(witness, 'utf8') : '')
      .split('\n')
      // The last line may be cut off by the kill.
      .slice(0, -1)
      .flatMap((line) => openKeptCheckpoints(line, files.publicKeys()));
  /** Every checkpoint ever signed is of the beginning of the log that is there now. */
  const verify = async (): Promise<number> => {
    const store = createSqliteStore({ file: join(data, 'events.sqlite'), readonly: true });
    try {
      return (await verifyLog(store, [...files.lastCheckpointAsList(), ...witnessed()], UNWATCHED)).events;
    } finally {
      await store.close();
    }
  };
  mkdirSync(data);
  await files.makeKey('register.example/log');

  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const service = await BuiltService.start(data, {
      environment: {
        HABEAS_CHECKPOINT_SECONDS: '1',
        HABEAS_CHECKPOINT_EVENTS: String(10 + round),
        HABEAS_WITNESSES: JSON.stringify([{ file: witness }]),
        HABEAS_LOG_LEVEL: 'error',
      },
    });
    const before = witnessed().length;
    // Another number of events each round, so that the kill comes at another moment.
    const enough = acknowledged + 40 + ((round * 37) % 200);
    const kills: Promise<unknown>[] = [];
    const write = async (): Promise<void> => {
      while (kills.length === 0) {
        const body = { names: [latinName('Nümunə')], ...WITH_SOURCES };
        const opened = await postOnce(service, '/v1/cases', body).catch(() => null);
        if (opened === null) return;
        if (opened.status !== 201) throw new Error(opened.text);
        acknowledged += 1;
        const isEnough = acknowledged >= enough && witnessed().length > before;
        if (isEnough && kills.at(0) === undefined) kills.push(service.stop('SIGKILL'));
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    await Promise.all(kills);
    expect(await verify()).toBeGreaterThanOrEqual(acknowledged);
    expect(witnessed().length).toBeGreaterThan(before);
  }
  // A service that starts on this log finds that it continues the last checkpoint.
  const service = await BuiltService.start(data);
  const log = async () => (await service.get('/health/ready')).body['codes']?.log as unknown;
  await until(async () => (await log()) !== 'VERIFYING');
  expect(await log()).toBeUndefined();
  await service.stop();
  await folder.remove();
});

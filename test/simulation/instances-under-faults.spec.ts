/**
 * Two instances and eight writers over one EventStoreDB with injected faults: no acknowledged event is lost or duplicated, and both
 * instances' read models equal a rebuild. `FAULT_SEED` repeats a run; `FAULT_COUNT` and `FAULT_APPENDS` set its length (full
 * run: docs/eventstoredb.md).
 */
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { FaultSchedule } from '../support/fault-schedule.js';
import { checkInstances, removeInstances, startInstance, writeCases, type Acknowledged } from '../support/instances.js';
import { effort } from '../support/effort.js';

const APPENDS = Number(process.env['FAULT_APPENDS'] ?? effort(120, 2_000));
const FAULTS = Number(process.env['FAULT_COUNT'] ?? effort(12, 200));
const SEED = Number(process.env['FAULT_SEED'] ?? 1);
/** Deadline of one attempt in milliseconds; the store retries a call for three times as long. */
const DEADLINE = 300;

let double: EsdbDouble;
beforeAll(async () => (double = await startDouble()));
afterAll(async () => {
  await removeInstances();
  await double.stop();
});

test(`${FAULTS} faults over ${APPENDS} appends, seed ${SEED}`, async () => {
  const url = `${double.url}&defaultDeadline=${DEADLINE}`;
  const instances = [await startInstance(url), await startInstance(url)] as const;
  const schedule = new FaultSchedule(SEED, double, FAULTS, DEADLINE * 2);
  const acknowledged: Acknowledged[] = [];
  let retries = 0;
  const enough = (): boolean => acknowledged.length >= APPENDS && schedule.happened.length >= FAULTS;
  const onAcknowledged = (event: Acknowledged): number => acknowledged.push(event);
  const writers = Array.from({ length: 8 }, (_, i) =>
    writeCases(instances[i % 2 === 0 ? 0 : 1], enough, onAcknowledged, () => (retries += 1)),
  );
  await Promise.all(writers);
  double.faults.clear();
  const length = await checkInstances(instances, acknowledged, () => startInstance(double.url));
  process.stdout.write(
    `seed ${SEED}: ${schedule.happened.length} faults, ${acknowledged.length} acknowledged, ${length} in the log, ` +
      `${retries} retries\n`,
  );
}, 1_200_000);

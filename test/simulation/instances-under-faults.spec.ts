/**
 * Two instances of the service and eight writers over one EventStoreDB, on a wire on which things go wrong as a seed says:
 * no acknowledged event is lost or doubled, and the read models of both instances equal a fresh fold of the log. `FAULT_SEED`
 * replays one; `FAULT_COUNT` faults over `FAULT_APPENDS` appends (docs/eventstoredb.md names the full run).
 */
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { FaultSchedule } from '../support/fault-schedule.js';
import { checkInstances, removeInstances, startInstance, writeCases, type Acknowledged } from '../support/instances.js';

const APPENDS = Number(process.env['FAULT_APPENDS'] ?? 250);
const FAULTS = Number(process.env['FAULT_COUNT'] ?? 25);
const SEED = Number(process.env['FAULT_SEED'] ?? 1);
/** A call is tried for three times so long, in milliseconds. */
const DEADLINE = 300;

let double: EsdbDouble;
beforeAll(async () => (double = await startDouble()));
afterAll(async () => {
  await removeInstances();
  await double.stop();
});

test(`${FAULTS} faults over ${APPENDS} appends, seed ${SEED}`, async () => {
  const hasty = `${double.url}&defaultDeadline=${DEADLINE}`;
  const instances = [await startInstance(hasty), await startInstance(hasty)] as const;
  const schedule = new FaultSchedule(SEED, double, FAULTS, DEADLINE * 2);
  const acknowledged: Acknowledged[] = [];
  let again = 0;
  const enough = (): boolean => acknowledged.length >= APPENDS && schedule.happened.length >= FAULTS;
  const tell = (event: Acknowledged): number => acknowledged.push(event);
  const writers = Array.from({ length: 8 }, (_, i) =>
    writeCases(instances[i % 2 === 0 ? 0 : 1], enough, tell, () => (again += 1)),
  );
  await Promise.all(writers);
  double.faults.clear();
  const length = await checkInstances(instances, acknowledged, () => startInstance(double.url));
  process.stdout.write(
    `seed ${SEED}: ${schedule.happened.length} faults, ${acknowledged.length} acknowledged, ${length} in the log, ` +
      `${again} answers that it may pass\n`,
  );
}, 1_200_000);

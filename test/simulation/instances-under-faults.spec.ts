/**
 * Two instances of the service and eight writers over one EventStoreDB, on a wire on which things go wrong as a seed says:
 * no acknowledged fact is lost or doubled, and the read models of both instances equal a fresh fold of the log. `FAULT_SEED`
 * replays one; `FAULT_COUNT` faults over `FAULT_APPENDS` appends (docs/eventstoredb.md names the full run).
 */
import { startDouble } from '../support/esdb-double/double.js';
import { FaultSchedule } from '../support/fault-schedule.js';
import { dossiersOf, lastToken, logOf, startInstances, write, type Acknowledged } from '../support/instances.js';

const APPENDS = Number(process.env['FAULT_APPENDS'] ?? 600);
const FAULTS = Number(process.env['FAULT_COUNT'] ?? 60);
const SEED = Number(process.env['FAULT_SEED'] ?? 1);
/** A call is tried for three times so long, in milliseconds. */
const DEADLINE = 300;

test(`${FAULTS} faults over ${APPENDS} appends, seed ${SEED}`, async () => {
  const double = await startDouble();
  const [one, other] = await startInstances(2, `${double.url}&defaultDeadline=${DEADLINE}`);
  if (one === undefined || other === undefined) throw new Error('no instances');
  const schedule = new FaultSchedule(SEED, double, FAULTS, DEADLINE * 2);

  const acknowledged: Acknowledged[] = [];
  let again = 0;
  const enough = (): boolean => acknowledged.length >= APPENDS && schedule.happened.length >= FAULTS;
  await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      write(
        i % 2 === 0 ? one : other,
        enough,
        (fact) => acknowledged.push(fact),
        () => (again += 1),
      ),
    ),
  );
  double.faults.clear();

  const token = await lastToken(one);
  const log = await logOf(one, token);
  expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
  const byId = new Map(log.map((event) => [event['id'], event]));
  expect(byId.size).toBe(log.length);
  for (const { id, stream, revision } of acknowledged) expect(byId.get(id)).toMatchObject({ stream, revision });
  expect(await logOf(other, token)).toEqual(log);

  const [fresh] = await startInstances(1, double.url);
  const folded = await dossiersOf(fresh!, token);
  expect(await dossiersOf(one, token)).toBe(folded);
  expect(await dossiersOf(other, token)).toBe(folded);

  process.stdout.write(
    `seed ${SEED}: ${schedule.happened.length} faults, ${acknowledged.length} acknowledged, ${log.length} in the log, ` +
      `${again} answers that it may pass\n`,
  );
  for (const service of [one, other, fresh!]) await service.remove();
  await double.stop();
}, 1_200_000);

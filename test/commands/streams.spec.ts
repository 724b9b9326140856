import { newCaseId } from '../../src/commands/ids.js';
import { RecordEvents, RecordEventsHandler } from '../../src/commands/record-events.js';
import { lastEventOf, loadStream } from '../../src/commands/streams.js';
import { streamName } from '../../src/domain/events.js';
import { MAX_READ, type EventStore } from '../../src/event-store/port.js';
import { newEvent, namedEvent } from '../support/new-events.js';
import { ANNA, arrested, named, opened, Register, request } from './support.js';

let register: Register;
let id: string;
let stream: string;

beforeEach(async () => {
  register = await Register.open();
  id = newCaseId(ANNA);
  stream = streamName('case', id);
});
afterEach(() => register.store.close());

describe('a stream of events so large that a store returns fewer than the limit', () => {
  /** About 20 MiB of notes, then an arrest. */
  const LARGE = 300;
  const PER_APPEND = 10;
  const NOTE = 'x'.repeat(70_000);
  beforeEach(async () => {
    await register.recorded(request(id, [opened()]));
    const some = () =>
      Array.from({ length: PER_APPEND }, () => newEvent({ event: { ...namedEvent('Name'), note: NOTE } }));
    for (let revision = 0; revision < LARGE; revision += PER_APPEND)
      await register.store.append(stream, revision, some());
    await register.recorded(request(id, [arrested('2025-01-02')]));
  });

  it('is read to its end', async () => {
    expect((await register.store.readStream(stream, -1, MAX_READ)).length).toBeLessThan(LARGE);
    const revisions = (await loadStream(register.store, stream)).map((event) => event.revision);
    expect(revisions).toEqual(Array.from({ length: LARGE + 2 }, (_, revision) => revision));
    expect((await loadStream(register.store, stream, 3)).map((event) => event.revision)).toEqual(revisions.slice(4));
    expect(await lastEventOf(register.store, stream)).toMatchObject({
      revision: LARGE + 1,
      event: { type: 'arrested' },
    });
  });

  it('is decided on as a whole', async () => {
    expect(await register.record(request(id, [arrested('2025-02-02')]))).toMatchObject({
      outcome: 'refused',
      findings: [{ code: 'CASE.ALREADY_HELD' }],
    });
    expect(await register.record(request(id, [named('Other Name')]))).toMatchObject({ revision: LARGE + 2 });
  });
});

it('finds the events of a keyed request also where a store returns one event a page', async () => {
  const { store } = register;
  const onePerPage = {
    append: (...args) => store.append(...args),
    readStream: (name, after) => store.readStream(name, after, 1),
  } as Pick<EventStore, 'append' | 'readStream'> as EventStore;
  const handler = new RecordEventsHandler(onePerPage, register.clock);
  const record = (...events: Parameters<typeof request>[1]) =>
    handler.execute(new RecordEvents(request(id, events, { key: 'k', correlationId: 'c' })));
  const events = [opened(), named('Second Name'), named('Third Name')];
  const first = await record(...events);
  expect(first).toMatchObject({ outcome: 'recorded', revision: 2, repeated: false });
  expect(await record(...events)).toEqual({ ...first, repeated: true });
  expect(await record(...events.slice(0, 2))).toEqual({ outcome: 'key-reused' });
});

it('an unknown stream has no events', async () => {
  expect(await loadStream(register.store, stream)).toEqual([]);
  expect(await lastEventOf(register.store, stream)).toBeNull();
});

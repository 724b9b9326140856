/** The job that applies an instrument, on a real log and a real file of jobs, where others write and where it is resumed. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ApplyInstrument, type Application } from '../../src/commands/apply-instrument.js';
import type { EligiblePersons } from '../../src/commands/eligible-persons.js';
import { newCaseId } from '../../src/commands/ids.js';
import { RecordEventsHandler } from '../../src/commands/record-events.js';
import { streamName } from '../../src/domain/events.js';
import { StoreBusy, type EventStore } from '../../src/event-store/port.js';
import type { DurableJob } from '../../src/jobs/durable-job.js';
import { DurableJobs } from '../../src/jobs/durable-jobs.js';
import { IN_MEMORY, JobFile } from '../../src/jobs/job-file.js';
import { Jobs } from '../../src/jobs/jobs.js';
import { caseEvent } from '../support/events.js';
import { ANNA, arrested, opened, Register, request } from './support.js';

let register: Register;
/** The cases of people who serve a sentence, with the references AZ-1, AZ-2 and so on. */
let cases: readonly string[];

beforeEach(async () => {
  register = await Register.open();
  cases = await Promise.all([1, 2, 3, 4].map((no) => imprison(`AZ-${no}`)));
});
afterEach(() => register.store.close());

const imprison = async (reference: string): Promise<string> => {
  const id = newCaseId(ANNA);
  const convicted = caseEvent({
    type: 'convicted',
    occurredOn: '2024-05-01',
    articles: [{ code: 'AZ-CC', article: '234' }],
    sentence: { kind: 'imprisonment', term: 'P3Y' },
  });
  await register.recorded(request(id, [opened(reference), arrested('2024-01-10'), convicted]));
  return id;
};

const NOBODY: EligiblePersons = { positionAfter: () => Promise.resolve(1), knownAt: () => Promise.resolve([]) };

/** The jobs of a process on the log. */
const open = ({ store = register.store, eligible = NOBODY, file = JobFile.open(IN_MEMORY) } = {}) => {
  const jobs = new DurableJobs(file, new Jobs(), register.clock.now);
  const handler = new RecordEventsHandler(store, register.clock);
  const apply = new ApplyInstrument(store, register.clock, handler, jobs, eligible, 10);
  const start = (fields: Partial<Application>) => {
    const application: Application = {
      ...{ instrument: 'amnesty-2025', list: 'union', persons: [], acknowledge: [] },
      ...{ amnestiedOn: '2025-12-22', releasedOn: '2025-12-23' },
      ...fields,
    };
    return apply.start({ application, actor: ANNA, key: 'k' });
  };
  return { jobs, start, file };
};

type Process = ReturnType<typeof open>;

/** The job once it runs no more. */
const ended = async ({ jobs }: Process, started: Awaited<ReturnType<Process['start']>>): Promise<DurableJob> => {
  if (started.outcome !== 'started') throw new Error(JSON.stringify(started));
  await jobs.whenEnded(started.job.id);
  return jobs.get(started.job.id) as DurableJob;
};

const reachedCases = async (): Promise<readonly string[]> =>
  (await register.log()).filter(({ event }) => event.type === 'amnestied').map(({ stream }) => stream);

const finishes = async (): Promise<readonly object[]> =>
  (await register.log()).map(({ event }) => event).filter(({ type }) => type === 'application-finished');

const streamsOf = (indices: readonly number[]) => indices.map((index) => streamName('case', cases[index] as string));

/** A store whose appends to a case fail in a way as long as `isContended`. */
const storeWith = (index: number, failing: EventStore['append'], isContended: () => boolean): EventStore =>
  register.storeThrough((real, stream, ...rest) =>
    stream === streamName('case', cases[index] as string) && isContended()
      ? failing(stream, ...rest)
      : real(stream, ...rest),
  );

it.each<[string, string, EventStore['append']]>([
  ['lose to other writers', 'REVISION.RACED', () => Promise.resolve({ outcome: 'conflict', revision: 3 })],
  ['find the store too busy', 'REGISTER.BUSY', () => Promise.reject(new StoreBusy('too many appends wait'))],
])(
  'tells apart those for whom all attempts %s, and reaches them when it is sent again',
  async (_, code, failing) => {
    let isContended = true;
    const process = open({ store: storeWith(1, failing, () => isContended) });
    const persons = ['AZ-1', 'AZ-2', 'AZ-404', 'AZ-3'];
    const job = await ended(process, await process.start({ persons }));
    expect(job).toMatchObject({
      state: 'failed',
      error: 'PersonsPostponed',
      progress: { done: 3, total: 4, results: { reached: 2, refused: 1, postponed: 1 } },
    });
    expect(process.jobs.refusedItems(job.id, 0, 10)).toMatchObject([
      { no: 2, subject: 'AZ-2', caseId: cases[1], codes: [code] },
      { no: 3, subject: 'AZ-404', codes: ['SUBJECT.UNKNOWN'] },
    ]);
    expect(await finishes()).toEqual([]);

    isContended = false;
    const again = await ended(process, await process.start({ persons }));
    expect(again).toMatchObject({
      id: job.id,
      state: 'done',
      progress: { done: 4, total: 4, results: { reached: 3, refused: 1 } },
    });
    expect(process.jobs.refusedItems(job.id, 0, 10)).toMatchObject([{ no: 3 }]);
    expect(await reachedCases()).toEqual(streamsOf([0, 2, 1]));
    expect(await finishes()).toMatchObject([{ reached: 3, refused: 1 }]);
  },
  30_000,
);

it('tries those again itself whom others wrote about for a while', async () => {
  let attempts = 0;
  const failing = (): ReturnType<EventStore['append']> => Promise.resolve({ outcome: 'conflict', revision: 3 });
  const process = open({ store: storeWith(1, failing, () => (attempts += 1) <= 21) });
  const job = await ended(process, await process.start({ persons: ['AZ-1', 'AZ-2', 'AZ-3'] }));
  expect(job).toMatchObject({ state: 'done', progress: { results: { reached: 3, refused: 0 } } });
  expect(await reachedCases()).toEqual(streamsOf([0, 2, 1]));
}, 30_000);

it('keeps no name that somebody typed for a reference, and finds a reference that looks like one', async () => {
  const unusual = await imprison('Bakı');
  const process = open();
  const job = await ended(
    process,
    await process.start({ persons: ['Elçin Nümunəvi', 'AZ-1', 'bakı', 'No 4', 'az-404'] }),
  );
  expect(job.parameters).toMatchObject({ persons: ['', 'AZ-1', 'bakı', '', 'az-404'] });
  expect(process.file.items(job.id).map(({ subject, caseId }) => [subject, caseId])).toEqual([
    ['', null],
    ['AZ-1', cases[0]],
    ['bakı', unusual],
    ['', null],
    ['az-404', null],
  ]);
});

it('skips nobody who is eligible when others are found to be so once it is resumed', async () => {
  const eligible = (indices: readonly number[]): EligiblePersons => ({
    positionAfter: () => Promise.resolve(1),
    knownAt: () =>
      Promise.resolve(indices.map((index) => ({ caseId: cases[index] as string, reference: `AZ-${index + 1}` }))),
  });
  await register.recorded({
    ...request('amnesty-2025', []),
    subject: { kind: 'instrument', id: 'amnesty-2025' },
    events: [
      {
        ...{ type: 'clause-set', clause: 'convicts', version: 'first', effect: 'released-from-imprisonment' },
        conditions: [{ stage: { in: ['convicted'] } }],
        ...{ sources: [{ kind: 'other', citation: 'synthetic' }], reliability: 'verified' },
      },
    ],
  });
  const asked = { persons: 'eligible', clause: 'convicts' } as const;
  const first = open({ store: interruptedAt(2, () => void first.jobs.interrupt(id)), eligible: eligible([0, 1, 2]) });
  let id = '';
  const started = await first.start(asked);
  if (started.outcome === 'started') ({ id } = started.job);
  expect(await ended(first, started)).toMatchObject({ state: 'stopped', progress: { done: 2 } });

  // The first is not eligible any more, the last one is: by number, the third would be passed over.
  const second = open({ file: first.file, eligible: eligible([1, 2, 3]) });
  expect(await ended(second, await second.start(asked))).toMatchObject({
    state: 'done',
    progress: { done: 4, total: 4, results: { reached: 4, refused: 0 } },
  });
  expect(await reachedCases()).toEqual(streamsOf([0, 1, 2, 3]));
});

/** A store that calls before the append of a person, counted from 1, which it then makes. */
const interruptedAt = (person: number, call: () => void): EventStore => {
  let appends = 0;
  return register.storeThrough((real, stream, expected, events) => {
    if (events.some(({ event }) => event.type === 'amnestied') && (appends += 1) === person) call();
    return real(stream, expected, events);
  });
};

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CLAIM_HOLDS_MS, holderOf } from '../../src/commands/claim-references.js';
import { newCaseId } from '../../src/commands/ids.js';
import { RecordEvents, type RecordEventsResult } from '../../src/commands/record-events.js';
import { streamName } from '../../src/domain/events.js';
import { referenceStream, unfoldedReferenceStream } from '../../src/domain/reference/reference.js';
import { StoreUnavailable, type NewEvent, type StreamEvent } from '../../src/event-store/port.js';
import { ANNA, MINUTE, named, opened, referenced, Register, request } from './support.js';

let register: Register;
let one: string;
let two: string;

beforeEach(async () => {
  register = await Register.open();
  [one, two] = [newCaseId(ANNA, 'one'), newCaseId(ANNA, 'two')];
});
afterEach(() => register.store.close());

const claims = (reference = 'AZ-1'): Promise<readonly StreamEvent[]> =>
  register.store.readStream(referenceStream({ list: 'union', reference }), -1, 100);
const holder = (reference = 'AZ-1') => holderOf(register.store, register.clock, 'union', reference);
const taken = (by: string, reference = 'AZ-1') => ({ outcome: 'reference-taken', list: 'union', reference, by });
const open = (id: string, ...references: readonly string[]) => register.record(request(id, [opened(...references)]));

/** A writer that dies between its claim and its case. */
const dieAfterClaiming = async (id: string, ...references: readonly string[]): Promise<void> => {
  const handler = register.through((append, stream, ...args) => {
    if (stream.startsWith('case-')) throw new StoreUnavailable('gone');
    return append(stream, ...args);
  });
  const asked = request(id, [opened(...references)]);
  await expect(handler.execute(new RecordEvents(asked))).rejects.toThrow(StoreUnavailable);
};

/** A writer to whom something happens right after each of its claims. */
const open1After = (happens: (nth: number) => void | Promise<void>): Promise<RecordEventsResult> => {
  let nth = 0;
  const handler = register.through(async (append, stream, ...args) => {
    const appended = await append(stream, ...args);
    if (stream.startsWith('reference-')) await happens((nth += 1));
    return appended;
  });
  return handler.execute(new RecordEvents(request(one, [opened('AZ-1')])));
};

describe('a claim', () => {
  it('is made in a stream of its own before the case says it, without anything about a person', async () => {
    const { events } = await register.recorded(request(one, [opened('AZ-1')], { correlationId: 'request-1' }));
    const [claim, ...more] = await claims();
    expect(more).toEqual([]);
    expect(claim).toMatchObject({
      event: { type: 'reference-claimed', list: 'union', reference: 'AZ-1', caseId: one, reliability: 'reported' },
      actor: ANNA,
      correlationId: 'request-1',
      causationId: events[0],
    });
    expect(claim?.event.sources).toEqual([{ kind: 'other', citation: expect.any(String) }]);
    expect((await register.log()).slice(-2).map((e) => e.event.type)).toEqual(['reference-claimed', 'opened']);
  });

  it('is made by `referenced` as by `opened`, for each reference once', async () => {
    await register.recorded(request(one, [opened('AZ-1', 'AZ-1'), referenced('AZ-2'), referenced('AZ-1')]));
    await register.recorded(request(one, [referenced('AZ-3')]));
    for (const reference of ['AZ-1', 'AZ-2', 'AZ-3']) expect(await claims(reference)).toHaveLength(1);
  });

  it('is for the same reference in another list another one', async () => {
    const said = { sources: [{ kind: 'other' as const, citation: 'synthetic' }], reliability: 'verified' as const };
    await register.recorded(
      request('', [{ type: 'list-defined', name: { en: 'Other' }, ...said }], {
        subject: { kind: 'list', id: 'other' },
        begins: true,
      }),
    );
    await open(one, 'AZ-1');
    const elsewhere = { ...referenced('AZ-1'), list: 'other' } as ReturnType<typeof referenced>;
    expect(await register.record(request(two, [opened(), elsewhere]))).toMatchObject({ outcome: 'recorded' });
  });

  it('keeps others off, who claim nothing then: all are checked before any is made', async () => {
    await open(one, 'AZ-2');
    const length = (await register.log()).length;
    expect(await open(two, 'AZ-1', 'AZ-2', 'AZ-3')).toEqual(taken(one, 'AZ-2'));
    expect(await register.log()).toHaveLength(length);
    expect(await open(two, 'AZ-1', 'AZ-3')).toMatchObject({ outcome: 'recorded' });
  });

  it('is not made again by a case that names its reference once more: a second source is news', async () => {
    await open(one, 'AZ-1');
    register.clock.move(2 * CLAIM_HOLDS_MS);
    expect(await register.record(request(one, [referenced('AZ-1')]))).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });

  it('holds for ever where the case has come', async () => {
    await open(one, 'AZ-1');
    register.clock.move(1000 * CLAIM_HOLDS_MS);
    expect(await open(two, 'AZ-1')).toEqual(taken(one));
  });
});

describe('a claim whose case never came', () => {
  it('holds for its time and is void after', async () => {
    await dieAfterClaiming(one, 'AZ-1');
    register.clock.move(CLAIM_HOLDS_MS - 1);
    expect(await open(two, 'AZ-1')).toEqual(taken(one));
    register.clock.move(1);
    expect(await open(two, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    expect((await claims()).map((e) => e.revision)).toEqual([0, 1]);
    expect(await open(one, 'AZ-1')).toEqual(taken(two));
  });

  it('is also void where the case came without it', async () => {
    await dieAfterClaiming(one, 'AZ-1');
    await register.recorded(request(one, [opened('AZ-2'), named('Name')]));
    register.clock.move(CLAIM_HOLDS_MS);
    expect(await open(two, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
  });

  it('is found by a retry', async () => {
    await dieAfterClaiming(one, 'AZ-1');
    expect(await open(one, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });

  it('is renewed by a retry from half its time on, so that it cannot become void under the writer', async () => {
    await dieAfterClaiming(one, 'AZ-1', 'AZ-2');
    register.clock.move(CLAIM_HOLDS_MS / 2);
    await dieAfterClaiming(one, 'AZ-1');
    expect(await claims()).toHaveLength(2);
    register.clock.move(CLAIM_HOLDS_MS / 2);
    expect(await open(two, 'AZ-1')).toEqual(taken(one));
    expect(await open(two, 'AZ-2')).toMatchObject({ outcome: 'recorded' });
  });
});

describe('a slow writer', () => {
  it('renews its claim before it writes', async () => {
    const answer = await open1After((nth) => {
      if (nth === 1) register.clock.move(CLAIM_HOLDS_MS / 2);
    });
    expect(answer).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(2);
  });

  it('does not write after its claim was taken over', async () => {
    const answer = await open1After(async () => {
      register.clock.move(CLAIM_HOLDS_MS);
      expect(await open(two, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    });
    expect(answer).toEqual(taken(two));
    expect(await register.caseEvents(one)).toEqual([]);
  });

  it('gives up where it is always too slow', async () => {
    const answer = await open1After(() => register.clock.move(CLAIM_HOLDS_MS));
    expect(answer).toEqual({ outcome: 'conflict', preconditionFailed: false, revision: null });
    expect(await register.caseEvents(one)).toEqual([]);
  });

  it('finds its claim also where the clock went back', async () => {
    await dieAfterClaiming(one, 'AZ-1');
    register.clock.move(-MINUTE);
    expect(await open(one, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });
});

describe('the holder of a reference', () => {
  it('is nobody, then who claims it, then whose case has said it', async () => {
    expect(await holder()).toBeNull();
    await dieAfterClaiming(one, 'AZ-1');
    expect(await holder()).toEqual({ caseId: one, said: false });
    register.clock.move(CLAIM_HOLDS_MS);
    expect(await holder()).toBeNull();
    await open(two, 'AZ-1');
    register.clock.move(CLAIM_HOLDS_MS);
    expect(await holder()).toEqual({ caseId: two, said: true });
    expect(await holder('AZ-2')).toBeNull();
  });
});

describe('a reference in another spelling', () => {
  const SPELLINGS = ['AZ\u200b-1', 'az-1', 'АZ–1', ' AZ - 1', 'ＡＺ−１'];

  it.each(SPELLINGS)('is the same reference: %j is taken', async (spelling) => {
    await open(one, 'AZ-1');
    expect(await open(two, spelling)).toEqual(taken(one, spelling));
    expect(await holder(spelling)).toEqual({ caseId: one, said: true });
    expect(await register.record(request(one, [referenced(spelling)]))).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });

  it('is claimed once by a case that is opened with both', async () => {
    await open(one, 'AZ-1', 'az-1');
    expect(await claims()).toHaveLength(1);
  });
});

describe('a claim of the time before references were folded, in the stream of its spelling', () => {
  /** As an earlier build would have written it: the claim, then the case. */
  const openedBefore = async (id: string, reference: string, comes = true): Promise<void> => {
    const other = await Register.open();
    await other.recorded(request(id, [opened(reference)]));
    const written = async (stream: string): Promise<readonly NewEvent[]> =>
      (await other.store.readStream(stream, -1, 100)).map(
        ({ stream: _, revision: __, cursor: ___, ...event }) => event,
      );
    const asked = { list: 'union', reference };
    const append = async (stream: string, as = stream) => register.store.append(as, 'no-stream', await written(stream));
    await append(referenceStream(asked), unfoldedReferenceStream(asked));
    if (comes) await append(streamName('case', id));
    await other.store.close();
  };

  it.each([
    ['AZ\u200b-9', 'AZ-9'],
    ['az-9', 'AZ-9'],
    ['az-9', 'az-9'],
    ['Az-9', 'aZ–9'],
  ])('%j still holds against %j, and finds its case', async (before, now) => {
    await openedBefore(one, before);
    expect(await holder(now)).toEqual({ caseId: one, said: true });
    expect(await open(two, now)).toEqual(taken(one, now));
    expect(await register.record(request(one, [referenced(now)]))).toMatchObject({ outcome: 'recorded' });
  });

  it('holds for its time where the case has not come, and is void after', async () => {
    await openedBefore(one, 'az-9', false);
    expect(await open(two, 'AZ-9')).toEqual(taken(one, 'AZ-9'));
    register.clock.move(CLAIM_HOLDS_MS);
    expect(await open(two, 'AZ-9')).toMatchObject({ outcome: 'recorded' });
    expect(await holder('az-9')).toEqual({ caseId: two, said: true });
  });

  it('stays beside another spelling that another case was given then: each finds its own', async () => {
    await openedBefore(one, 'az-9');
    await openedBefore(two, 'Az-9');
    expect(await holder('az-9')).toEqual({ caseId: one, said: true });
    expect(await holder('Az-9')).toEqual({ caseId: two, said: true });
    const three = newCaseId(ANNA, 'three');
    expect(await open(three, 'AZ-9')).toMatchObject({ outcome: 'reference-taken' });
  });
});

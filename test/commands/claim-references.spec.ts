import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { REFERENCE_LEASE_MS, findReferenceHolder } from '../../src/commands/claim-references.js';
import { newCaseId } from '../../src/commands/ids.js';
import { RecordEvents, type RecordEventsResult } from '../../src/commands/record-events.js';
import { streamName } from '../../src/domain/events.js';
import { referenceStreamName, unfoldedReferenceStreamName } from '../../src/domain/reference/reference.js';
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
  register.store.readStream(referenceStreamName({ list: 'union', reference }), -1, 100);
const holder = (reference = 'AZ-1') => findReferenceHolder(register.store, register.clock, 'union', reference);
const taken = (by: string, reference = 'AZ-1') => ({ outcome: 'reference-taken', list: 'union', reference, by });
const open = (id: string, ...references: readonly string[]) => register.record(request(id, [opened(...references)]));

/** Fails between the append of the claim and that of the case. */
const failAfterClaiming = async (id: string, ...references: readonly string[]): Promise<void> => {
  const handler = register.through((append, stream, ...args) => {
    if (stream.startsWith('case-')) throw new StoreUnavailable('gone');
    return append(stream, ...args);
  });
  const command = request(id, [opened(...references)]);
  await expect(handler.execute(new RecordEvents(command))).rejects.toThrow(StoreUnavailable);
};

/** Opens case one with AZ-1 and runs a callback right after each append of a claim. */
const openWithHook = (afterClaim: (count: number) => void | Promise<void>): Promise<RecordEventsResult> => {
  let claimCount = 0;
  const handler = register.through(async (append, stream, ...args) => {
    const appended = await append(stream, ...args);
    if (stream.startsWith('reference-')) await afterClaim((claimCount += 1));
    return appended;
  });
  return handler.execute(new RecordEvents(request(one, [opened('AZ-1')])));
};

describe('a claim', () => {
  it('is appended to its own stream before the case, without personal data', async () => {
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

  it('is made for `referenced` as for `opened`, once for each reference', async () => {
    await register.recorded(request(one, [opened('AZ-1', 'AZ-1'), referenced('AZ-2'), referenced('AZ-1')]));
    await register.recorded(request(one, [referenced('AZ-3')]));
    for (const reference of ['AZ-1', 'AZ-2', 'AZ-3']) expect(await claims(reference)).toHaveLength(1);
  });

  it('covers one list: the same reference in another list is free', async () => {
    const SOURCED = { sources: [{ kind: 'other' as const, citation: 'synthetic' }], reliability: 'verified' as const };
    await register.recorded(
      request('', [{ type: 'list-defined', name: { en: 'Other' }, ...SOURCED }], {
        subject: { kind: 'list', id: 'other' },
        isNewSubject: true,
      }),
    );
    await open(one, 'AZ-1');
    const inOtherList = { ...referenced('AZ-1'), list: 'other' } as ReturnType<typeof referenced>;
    expect(await register.record(request(two, [opened(), inOtherList]))).toMatchObject({ outcome: 'recorded' });
  });

  it('refuses another case, which then claims nothing: all references are checked before any is claimed', async () => {
    await open(one, 'AZ-2');
    const length = (await register.log()).length;
    expect(await open(two, 'AZ-1', 'AZ-2', 'AZ-3')).toEqual(taken(one, 'AZ-2'));
    expect(await register.log()).toHaveLength(length);
    expect(await open(two, 'AZ-1', 'AZ-3')).toMatchObject({ outcome: 'recorded' });
  });

  it('is not made again when a case names its reference again, which records a second source', async () => {
    await open(one, 'AZ-1');
    register.clock.move(2 * REFERENCE_LEASE_MS);
    expect(await register.record(request(one, [referenced('AZ-1')]))).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });

  it('never expires once the case is recorded', async () => {
    await open(one, 'AZ-1');
    register.clock.move(1000 * REFERENCE_LEASE_MS);
    expect(await open(two, 'AZ-1')).toEqual(taken(one));
  });
});

describe('a claim whose case was never recorded', () => {
  it('is valid until its lease ends', async () => {
    await failAfterClaiming(one, 'AZ-1');
    register.clock.move(REFERENCE_LEASE_MS - 1);
    expect(await open(two, 'AZ-1')).toEqual(taken(one));
    register.clock.move(1);
    expect(await open(two, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    expect((await claims()).map((e) => e.revision)).toEqual([0, 1]);
    expect(await open(one, 'AZ-1')).toEqual(taken(two));
  });

  it('expires also if the case was recorded without the reference', async () => {
    await failAfterClaiming(one, 'AZ-1');
    await register.recorded(request(one, [opened('AZ-2'), named('Name')]));
    register.clock.move(REFERENCE_LEASE_MS);
    expect(await open(two, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
  });

  it('is reused by a retry', async () => {
    await failAfterClaiming(one, 'AZ-1');
    expect(await open(one, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });

  it('is renewed by a retry from half its lease on, so that it cannot expire during the write', async () => {
    await failAfterClaiming(one, 'AZ-1', 'AZ-2');
    register.clock.move(REFERENCE_LEASE_MS / 2);
    await failAfterClaiming(one, 'AZ-1');
    expect(await claims()).toHaveLength(2);
    register.clock.move(REFERENCE_LEASE_MS / 2);
    expect(await open(two, 'AZ-1')).toEqual(taken(one));
    expect(await open(two, 'AZ-2')).toMatchObject({ outcome: 'recorded' });
  });
});

describe('a slow writer', () => {
  it('renews its claim before it writes', async () => {
    const answer = await openWithHook((count) => {
      if (count === 1) register.clock.move(REFERENCE_LEASE_MS / 2);
    });
    expect(answer).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(2);
  });

  it('does not write after another case has taken over its claim', async () => {
    const answer = await openWithHook(async () => {
      register.clock.move(REFERENCE_LEASE_MS);
      expect(await open(two, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    });
    expect(answer).toEqual(taken(two));
    expect(await register.caseEvents(one)).toEqual([]);
  });

  it('gives up when every attempt is too slow', async () => {
    const answer = await openWithHook(() => register.clock.move(REFERENCE_LEASE_MS));
    expect(answer).toEqual({ outcome: 'conflict', preconditionFailed: false, revision: null });
    expect(await register.caseEvents(one)).toEqual([]);
  });

  it('reuses its claim also after the clock went back', async () => {
    await failAfterClaiming(one, 'AZ-1');
    register.clock.move(-MINUTE);
    expect(await open(one, 'AZ-1')).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });
});

describe('the holder of a reference', () => {
  it('is null, then the case that claims it, then the case that records it', async () => {
    expect(await holder()).toBeNull();
    await failAfterClaiming(one, 'AZ-1');
    expect(await holder()).toEqual({ caseId: one, isRecorded: false });
    register.clock.move(REFERENCE_LEASE_MS);
    expect(await holder()).toBeNull();
    await open(two, 'AZ-1');
    register.clock.move(REFERENCE_LEASE_MS);
    expect(await holder()).toEqual({ caseId: two, isRecorded: true });
    expect(await holder('AZ-2')).toBeNull();
  });
});

describe('a reference in another spelling', () => {
  const SPELLINGS = ['AZ\u200b-1', 'az-1', 'АZ–1', ' AZ - 1', 'ＡＺ−１'];

  it.each(SPELLINGS)('is the same reference: %j is taken', async (spelling) => {
    await open(one, 'AZ-1');
    expect(await open(two, spelling)).toEqual(taken(one, spelling));
    expect(await holder(spelling)).toEqual({ caseId: one, isRecorded: true });
    expect(await register.record(request(one, [referenced(spelling)]))).toMatchObject({ outcome: 'recorded' });
    expect(await claims()).toHaveLength(1);
  });

  it('is claimed once by a case that is opened with both', async () => {
    await open(one, 'AZ-1', 'az-1');
    expect(await claims()).toHaveLength(1);
  });
});

describe('a claim from before references were folded, in the stream of its spelling', () => {
  /** Writes the claim and the case as an earlier version did. */
  const openUnfolded = async (id: string, reference: string, withCase = true): Promise<void> => {
    const other = await Register.open();
    await other.recorded(request(id, [opened(reference)]));
    const eventsOf = async (stream: string): Promise<readonly NewEvent[]> =>
      (await other.store.readStream(stream, -1, 100)).map(
        ({ stream: _, revision: __, cursor: ___, ...event }) => event,
      );
    const key = { list: 'union', reference };
    const append = async (stream: string, as = stream) =>
      register.store.append(as, 'no-stream', await eventsOf(stream));
    await append(referenceStreamName(key), unfoldedReferenceStreamName(key));
    if (withCase) await append(streamName('case', id));
    await other.store.close();
  };

  it.each([
    ['AZ\u200b-9', 'AZ-9'],
    ['az-9', 'AZ-9'],
    ['az-9', 'az-9'],
    ['Az-9', 'aZ–9'],
  ])('%j still blocks %j, and its case is found', async (before, now) => {
    await openUnfolded(one, before);
    expect(await holder(now)).toEqual({ caseId: one, isRecorded: true });
    expect(await open(two, now)).toEqual(taken(one, now));
    expect(await register.record(request(one, [referenced(now)]))).toMatchObject({ outcome: 'recorded' });
  });

  it('is valid until its lease ends where the case was not recorded', async () => {
    await openUnfolded(one, 'az-9', false);
    expect(await open(two, 'AZ-9')).toEqual(taken(one, 'AZ-9'));
    register.clock.move(REFERENCE_LEASE_MS);
    expect(await open(two, 'AZ-9')).toMatchObject({ outcome: 'recorded' });
    expect(await holder('az-9')).toEqual({ caseId: two, isRecorded: true });
  });

  it('coexists with another spelling that an earlier version gave to another case: each finds its own case', async () => {
    await openUnfolded(one, 'az-9');
    await openUnfolded(two, 'Az-9');
    expect(await holder('az-9')).toEqual({ caseId: one, isRecorded: true });
    expect(await holder('Az-9')).toEqual({ caseId: two, isRecorded: true });
    const three = newCaseId(ANNA, 'three');
    expect(await open(three, 'AZ-9')).toMatchObject({ outcome: 'reference-taken' });
  });
});

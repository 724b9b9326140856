/**
 * The command that publishes an edition: computes its content and records it. If another edition of the list is
 * recorded in between, the content is computed again.
 */
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { finding } from '../domain/case/findings.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import type { Actor, Source } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import type { EditionDraft, EditionPublished } from '../domain/list/editions.js';
import { parseDay } from '../domain/time.js';
import { EVENT_STORE, type EventStore, type StreamEvent } from '../event-store/port.js';
import { canonicalJson } from '../json/canonical.js';
import { keyedEventId } from './ids.js';
import {
  RecordEvents,
  RecordEventsHandler,
  type RecordEventsRequest,
  type RecordEventsResult,
} from './record-events.js';
import { loadStream } from './streams.js';

/** Computes the content of an edition: a port that the read models implement, since no stream can answer it. */
export interface EditionDrafts {
  /**
   * Computed as known now, including the event of the cursor. Null for an unknown list; `tooMany`, the number of
   * members, where they exceed the limit of an edition. Throws if the read models do not reach the event in time.
   */
  draft(list: string, asOf: string, cursor: string | null): Promise<EditionDraft | { readonly tooMany: number } | null>;
}
/** Injection token of EditionDrafts. */
export const EDITION_DRAFTS = Symbol('EditionDrafts');

/** Signs a checkpoint of the log after an edition is published: a port, so that commands do not depend on keys and proofs. */
export interface CheckpointSigner {
  /**
   * Signs the current size and root of the log if there is a key and the log is verified; otherwise does nothing. Never
   * throws.
   */
  sign(): Promise<void>;
}
/** Injection token of CheckpointSigner. */
export const CHECKPOINT_SIGNER = Symbol('CheckpointSigner');

export interface PublishEditionRequest extends Pick<RecordEventsRequest, 'expectedRevision' | 'correlationId'> {
  readonly list: string;
  /** The id of the edition. */
  readonly edition: string;
  /** The day of the list that is published, as YYYY-MM-DD. */
  readonly asOf: string;
  /** Where the edition is published; the list itself by default. */
  readonly sources?: readonly Source[];
  readonly actor: Actor;
  readonly key?: string;
}

export class PublishEdition extends Command<RecordEventsResult> {
  constructor(readonly request: PublishEditionRequest) {
    super();
  }
}

/**
 * Attempts to publish. Each further one follows another edition of the list that was recorded while this one was
 * computed.
 */
const MAX_EDITION_PUBLISH_ATTEMPTS = 5;

@CommandHandler(PublishEdition)
export class PublishEditionHandler implements ICommandHandler<PublishEdition> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly recordEvents: RecordEventsHandler,
    @Inject(EDITION_DRAFTS) private readonly drafts: EditionDrafts,
    @Inject(CHECKPOINT_SIGNER) private readonly checkpoints: CheckpointSigner,
  ) {}

  /** Throws the store's errors and those of EditionDrafts. */
  async execute({ request }: PublishEdition): Promise<RecordEventsResult> {
    let result = await this.publish(request);
    for (let attempts = 1; attempts < MAX_EDITION_PUBLISH_ATTEMPTS && isRaced(result); attempts += 1)
      result = await this.publish(request);
    if (result.outcome === 'recorded' && !result.repeated) await this.checkpoints.sign();
    return result;
  }

  private async publish(request: PublishEditionRequest): Promise<RecordEventsResult> {
    const { list, asOf } = request;
    const before = findEventByIdempotencyKey(await loadStream(this.store, streamName('list', list)), request);
    if (before !== null)
      return isAsRequested(before, request) ? this.record(request, before) : { outcome: 'key-reused' };
    if ((parseDay(asOf) ?? Infinity) > this.clock.today())
      return { outcome: 'refused', findings: [finding('DATE.FUTURE')] };
    const draft = await this.drafts.draft(list, asOf, await this.store.head());
    if (draft === null) return { outcome: 'unknown-subject' };
    if ('tooMany' in draft) {
      const expected = `a list of fewer members than the ${draft.tooMany} of that day`;
      return { outcome: 'refused', findings: [{ ...finding('EDITION.TOO_LARGE'), expected }] };
    }
    return this.record(request, { ...eventFieldsFromRequest(request), ...draft });
  }

  private record(
    { list, edition: _, asOf: __, sources: ___, ...request }: PublishEditionRequest,
    event: EditionPublished,
  ): Promise<RecordEventsResult> {
    const subject = { kind: 'list', id: list } as const;
    return this.recordEvents.execute(
      new RecordEvents({ ...request, subject, isNewSubject: false, events: [event], acknowledge: [] }),
    );
  }
}

/** The fields of the event that the request gives. */
const eventFieldsFromRequest = ({ list, edition, asOf, sources }: PublishEditionRequest) =>
  ({
    type: 'edition-published',
    edition,
    asOf,
    sources: sources ?? [{ kind: 'organisation', citation: list }],
    reliability: 'reported',
  }) as const;

/** The event that an earlier request of the same key recorded. */
const findEventByIdempotencyKey = (
  stream: readonly StreamEvent[],
  { list, actor, key }: PublishEditionRequest,
): StreamEvent['event'] | null => {
  if (key === undefined) return null;
  const id = keyedEventId({ actor, stream: streamName('list', list) }, key, 0);
  return stream.find((stored) => stored.id === id)?.event ?? null;
};

/** Whether the event has the fields that the request gives; all others are computed. */
const isAsRequested = (event: StreamEvent['event'], request: PublishEditionRequest): event is EditionPublished => {
  const asked = eventFieldsFromRequest(request);
  return Object.entries(asked).every(
    ([field, value]) => canonicalJson((event as unknown as Record<string, unknown>)[field]) === canonicalJson(value),
  );
};

/**
 * Whether another edition was recorded in between, or a request with the same key, whose event is then looked up again.
 */
const isRaced = (result: RecordEventsResult): boolean =>
  result.outcome === 'refused'
    ? result.findings.some(({ code }) => code === 'EDITION.NOT_SINCE_LAST')
    : result.outcome === 'key-reused';

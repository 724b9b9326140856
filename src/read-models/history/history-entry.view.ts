import { ACTOR_KINDS, type Actor } from '../../domain/event.js';
import type { AnyEvent, StreamKind } from '../../domain/events.js';
import { IsBoolean, IsDay, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsCount, IsEvent, IsInstant, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';

export class ActorView implements Actor {
  @IsOneOf(ACTOR_KINDS)
  readonly kind: Actor['kind'];

  @IsString()
  readonly id: string;

  @IsBoolean()
  readonly asserted: boolean;
}

const STREAM_KINDS: readonly StreamKind[] = ['case', 'list', 'instrument', 'reference'];

export class StreamSubject {
  @IsOneOf(STREAM_KINDS)
  readonly kind: StreamKind;

  @IsString()
  readonly id: string;
}

/** What an event changed on the days [from, to): the possible values before and after. */
export class Change {
  @IsString()
  readonly axis: string;

  @IsNullable()
  @IsDay()
  readonly from: string | null;

  @IsNullable()
  @IsDay()
  readonly to: string | null;

  @IsString({ each: true })
  readonly before: readonly string[];

  @IsString({ each: true })
  readonly after: readonly string[];
}

/** An event with its record, without what it changed. */
export class EventEntryView {
  @IsCount()
  readonly position: number;

  @IsObjectOf(StreamSubject)
  readonly subject: StreamSubject;

  @IsCount()
  readonly revision: number;

  @IsString()
  readonly id: string;

  @IsInstant()
  readonly recordedAt: string;

  @IsObjectOf(ActorView)
  readonly actor: ActorView;

  @IsString({ each: true })
  readonly acknowledged: readonly string[];

  @IsString()
  readonly correlationId: string;

  @IsEvent({ description: 'The event data as recorded, with its sources.' })
  readonly event: AnyEvent;
}

export class HistoryEntry extends EventEntryView {
  @IsObjectOf(Change, { each: true })
  readonly changes: readonly Change[];
}

export class HistoryPage extends KnownView {
  @IsObjectOf(HistoryEntry, { each: true })
  readonly items: readonly HistoryEntry[];

  @IsNullable()
  @IsCount()
  readonly next: number | null;
}

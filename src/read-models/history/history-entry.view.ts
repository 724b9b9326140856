import { ACTOR_KINDS, type Actor } from '../../domain/event.js';
import { STREAM_KINDS, type AnyEvent, type StreamKind } from '../../domain/events.js';
import { IsBoolean, IsNullable, IsObjectOf, IsOneOf, IsOptional } from '../../schema/decorators.js';
import { IsCount, IsEvent, IsInstant, IsString } from '../../schema/view-decorators.js';
import { DaysView } from '../days.view.js';
import { KnownView } from '../known.view.js';

export class ActorView implements Actor {
  @IsOneOf(ACTOR_KINDS)
  readonly kind: Actor['kind'];

  @IsString()
  readonly id: string;

  @IsBoolean()
  readonly asserted: boolean;
}

export class StreamSubject {
  @IsOneOf(STREAM_KINDS)
  readonly kind: StreamKind;

  @IsString()
  readonly id: string;
}

/** What an event changed on some days: the possible values before and after. The bounds are null if the value has no days, as a name. */
export class Change extends DaysView {
  @IsString()
  readonly axis: string;

  @IsString({ each: true })
  readonly before: readonly string[];

  @IsString({ each: true })
  readonly after: readonly string[];
}

/** The record of an event: its position, and who recorded it when. */
export class RecordView {
  @IsCount()
  readonly position: number;

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
}

/** An event with its record, without what it changed. */
export class EventEntryView extends RecordView {
  @IsObjectOf(StreamSubject)
  readonly subject: StreamSubject;

  @IsEvent({ description: 'The event data as recorded, with its sources.' })
  readonly event: AnyEvent;
}

export class HistoryEntry extends EventEntryView {
  @IsOptional()
  @IsString({
    each: true,
    description: 'The ids of the corrections of this event that were recorded by then; absent where there are none.',
  })
  readonly correctedBy?: readonly string[];

  @IsOptional()
  @IsString({
    each: true,
    description: 'The ids of its retractions. A retraction stands unless it is retracted itself.',
  })
  readonly retractedBy?: readonly string[];

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

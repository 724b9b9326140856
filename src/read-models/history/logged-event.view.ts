import type { RecordedEvent } from '../../domain/event.js';
import type { AnyEvent } from '../../domain/events.js';
import { IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { FindingView } from '../../schema/finding.view.js';
import { IsCount, IsEvent, IsInstant, IsString } from '../../schema/view-decorators.js';
import { ActorView } from './history-entry.view.js';

/** An event with its whole record, sufficient to store it again. */
export class LoggedEvent implements RecordedEvent<AnyEvent> {
  @IsCount()
  readonly position: number;

  @IsString()
  readonly stream: string;

  @IsCount()
  readonly revision: number;

  @IsString()
  readonly id: string;

  @IsCount()
  readonly schemaVersion: number;

  @IsInstant()
  readonly recordedAt: string;

  @IsObjectOf(ActorView)
  readonly actor: ActorView;

  @IsString({ each: true })
  readonly acknowledged: readonly string[];

  @IsObjectOf(FindingView, { each: true, description: 'The findings that the answer to its write named.' })
  readonly raised: readonly FindingView[];

  @IsString()
  readonly correlationId: string;

  @IsNullable()
  @IsString()
  readonly causationId: string | null;

  @IsEvent()
  readonly event: AnyEvent;
}

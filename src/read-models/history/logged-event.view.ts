import type { RecordedEvent } from '../../domain/event.js';
import type { AnyEvent } from '../../domain/events.js';
import { IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { FindingView } from '../../schema/finding.view.js';
import { IsCount, IsEvent, IsString } from '../../schema/view-decorators.js';
import { RecordView } from './history-entry.view.js';

/** An event with its whole record, sufficient to store it again. */
export class LoggedEvent extends RecordView implements RecordedEvent<AnyEvent> {
  @IsString()
  readonly stream: string;

  @IsCount()
  readonly schemaVersion: number;

  @IsObjectOf(FindingView, { each: true, description: 'The findings that the answer to its write named.' })
  readonly raised: readonly FindingView[];

  @IsNullable()
  @IsString()
  readonly causationId: string | null;

  @IsEvent()
  readonly event: AnyEvent;
}

import { IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { IsAnyObject, IsCount, IsInstant, IsString } from '../../schema/view-decorators.js';

/** The content of a leaf hash, which is SHA-256 over a zero byte and the canonical JSON (RFC 8785) of these fields. */
export class ProvenEvent {
  @IsAnyObject({ description: 'The event as it is stored, without its type and personal data.' })
  readonly data: object;

  @IsString()
  readonly id: string;

  @IsAnyObject()
  readonly meta: object;

  @IsNullable()
  @IsString({ description: 'The commitment to the personal data; null where there are none.' })
  readonly personal: string | null;

  @IsInstant()
  readonly recordedAt: string;

  @IsCount()
  readonly revision: number;

  @IsCount()
  readonly schemaVersion: number;

  @IsString()
  readonly stream: string;

  @IsString()
  readonly type: string;
}

/** Proves that an event is among the first `size` events of the log (RFC 9162, section 2.1.3). */
export class InclusionProofView {
  @IsObjectOf(ProvenEvent)
  readonly event: ProvenEvent;

  @IsCount({ description: 'The position of the event less one.' })
  readonly index: number;

  @IsCount()
  readonly size: number;

  @IsString({ each: true, description: 'In base64, the lowest first.' })
  readonly hashes: readonly string[];

  @IsNullable()
  @IsString({ description: 'The last checkpoint, where it is of this size.' })
  readonly checkpoint: string | null;
}

/** Proves that the first `from` events are the beginning of the first `to` (RFC 9162, section 2.1.4). */
export class ConsistencyProofView {
  @IsCount()
  readonly from: number;

  @IsCount()
  readonly to: number;

  @IsString({ each: true, description: 'In base64.' })
  readonly hashes: readonly string[];

  @IsNullable()
  @IsString({ description: 'The last checkpoint, where it is of the size `to`.' })
  readonly checkpoint: string | null;
}

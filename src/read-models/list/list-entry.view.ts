import { IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { Reference } from '../../schema/parts.js';
import { IsString } from '../../schema/view-decorators.js';

/** The case that an item is about, with what people know it by. */
export class ListEntryView {
  @IsString()
  readonly caseId: string;

  @IsObjectOf(Reference, { each: true })
  readonly references: readonly Reference[];

  @IsNullable()
  @IsString({ description: 'The name to display; null if none is known.' })
  readonly name: string | null;
}

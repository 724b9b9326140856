/** The views of editions and their members. */
import { CUSTODIES, type Custody } from '../../domain/case/state.js';
import type { EditionFlow, EditionGroup, FlowNumbers } from '../../domain/list/events.js';
import { IsDay, IsInteger, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsCount, IsCountMap, IsInstant, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';

const MAX_PEOPLE = 1_000_000_000;
const IsSignedCount = (description: string): PropertyDecorator => IsInteger(-MAX_PEOPLE, MAX_PEOPLE, { description });

/** The numbers add up: opening + revised + entered - (the sum of left) + moved = closing. */
export class FlowView implements FlowNumbers {
  @IsCount({ description: 'As the edition before it published it.' })
  readonly opening: number;

  @IsSignedCount('What became known, or was corrected, since the edition before it, about its day.')
  readonly revised: number;

  @IsCount({ description: 'Entries after its day, each as often as it happened.' })
  readonly entered: number;

  @IsCountMap({ description: 'Exits after its day, by reason.' })
  readonly left: Readonly<Record<string, number>>;

  @IsSignedCount('Moves into the category less those out of it.')
  readonly moved: number;

  @IsCount()
  readonly closing: number;
}

export class EditionFlowView extends FlowView implements EditionFlow {
  @IsString({ description: 'The id of the edition before it.' })
  readonly since: string;
}

export class EditionGroupView implements Omit<EditionGroup, 'flow'> {
  @IsString({ description: '`unknown` for members whose category is not known, or not certain.' })
  readonly category: string;

  @IsCount()
  readonly total: number;

  @IsNullable()
  @IsObjectOf(FlowView, { description: 'Null in the first edition.' })
  readonly flow: FlowView | null;
}

export class EditionPolicyView {
  @IsNullable()
  @IsDay({ description: 'Null where the list had set no policy.' })
  readonly from: string | null;

  @IsOneOf(CUSTODIES, { each: true })
  readonly custody: readonly Custody[];
}

/** An edition as it was published: no later event changes it. */
export class EditionView extends KnownView {
  @IsString()
  readonly list: string;

  @IsString()
  readonly id: string;

  @IsDay()
  readonly asOf: string;

  @IsString({ description: 'The id of the event by which it was published.' })
  readonly event: string;

  @IsInstant()
  readonly publishedAt: string;

  @IsCount({ description: 'The revision of the list whose categories and policies it has.' })
  readonly listRevision: number;

  @IsObjectOf(EditionPolicyView)
  readonly policy: EditionPolicyView;

  @IsCount({ description: 'Members who are certainly on the list.' })
  readonly total: number;

  @IsCount({ description: 'People who are perhaps on it, and not among the members.' })
  readonly uncertain: number;

  @IsObjectOf(EditionGroupView, { each: true, description: 'Sorted by category.' })
  readonly groups: readonly EditionGroupView[];

  @IsNullable()
  @IsObjectOf(EditionFlowView, { description: 'Null in the first edition.' })
  readonly flow: EditionFlowView | null;

  @IsString({ description: 'SHA-256 of the hashes of the members, one after the other, in base64.' })
  readonly hash: string;
}

export const REPRODUCED = ['as-published', 'erased', 'differs'] as const;

/** `hash` is SHA-256 of the salt and of the canonical JSON (RFC 8785) of `case`, `category`, `name` and `reference`. */
export class EditionMemberView {
  @IsNullable()
  @IsString({ description: 'In the list.' })
  readonly reference: string | null;

  @IsString()
  readonly case: string;

  @IsNullable()
  @IsString({ description: '`[erased]` where the name can no longer be shown.' })
  readonly name: string | null;

  @IsNullable()
  @IsString()
  readonly category: string | null;

  @IsString({ description: 'In base64.' })
  readonly hash: string;

  @IsNullable()
  @IsString({ description: 'In base64; null where it was erased.' })
  readonly salt: string | null;

  @IsOneOf(REPRODUCED, {
    description:
      '`as-published`: the hash is that of the line as it is shown. `erased`: name or salt were erased. `differs`: the register does not read the log as it did then.',
  })
  readonly reproduced: (typeof REPRODUCED)[number];
}

export class EditionWithMembersView extends EditionView {
  @IsObjectOf(EditionMemberView, { each: true, description: 'Sorted by reference.' })
  readonly members: readonly EditionMemberView[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}

export class EditionsView extends KnownView {
  @IsObjectOf(EditionView, { each: true, description: 'In the order in which they were published.' })
  readonly items: readonly EditionView[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}

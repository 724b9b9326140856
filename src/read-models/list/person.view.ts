/** What answers say of people and their standings. */
import {
  CUSTODIES,
  PROCEEDINGS,
  RECOGNITIONS,
  SENTENCE_STATES,
  type Custody,
  type Proceedings,
  type Recognition,
  type SentenceState,
} from '../../domain/case/state.js';
import { TEXT_KINDS, type TextKind } from '../words/word-tokens.js';
import { MATCH_REASONS, type MatchReason } from '../../domain/names/match-reasons.js';
import { IsBoolean, IsDay, IsNullable, IsObjectOf, IsOneOf, IsOptional } from '../../schema/decorators.js';
import { IsCount, IsScore, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { CERTAINTIES, type Certainty } from './filters.js';
import { ListEntryView } from './list-entry.view.js';

export class Totals {
  @IsCount()
  readonly yes: number;

  @IsCount()
  readonly uncertain: number;
}

export class SentenceEnd {
  @IsDay()
  readonly earliest: string;

  @IsNullable()
  @IsDay({ description: 'Null: no upper bound, because the term is unknown.' })
  readonly latest: string | null;
}

export class ListStandingView {
  @IsString()
  readonly list: string;

  @IsOneOf(RECOGNITIONS)
  readonly recognition: Recognition;

  @IsNullable()
  @IsString()
  readonly category: string | null;
}

/** One possible standing of a person on the day of the query. */
export class StandingView {
  @IsOneOf(CUSTODIES)
  readonly custody: Custody;

  @IsOneOf(PROCEEDINGS)
  readonly proceedings: Proceedings;

  @IsOneOf(SENTENCE_STATES)
  readonly sentence: SentenceState;

  @IsNullable()
  @IsObjectOf(SentenceEnd)
  readonly sentenceEnd: SentenceEnd | null;

  @IsBoolean()
  readonly life: boolean;

  @IsString({ each: true })
  readonly articles: readonly string[];

  @IsNullable()
  @IsString()
  readonly facility: string | null;

  @IsNullable()
  @IsString()
  readonly incident: string | null;

  @IsObjectOf(ListStandingView, { each: true })
  readonly lists: readonly ListStandingView[];
}

/** How the name or the words that were searched for matched. */
export class NameMatchView {
  @IsString({ description: 'The spelling or the text that matched; of a long summary, the words around.' })
  readonly text: string;

  @IsScore({ description: 'How well it matched.' })
  readonly score: number;

  @IsOneOf([...MATCH_REASONS, ...TEXT_KINDS], { each: true, description: 'Of words: where they stand.' })
  readonly why: readonly (MatchReason | TextKind)[];
}

export class PersonView extends ListEntryView {
  @IsOneOf(CERTAINTIES)
  readonly certainty: Certainty;

  @IsObjectOf(StandingView, {
    each: true,
    description: 'Every standing possible on the day; none if too many events are undecided to enumerate them.',
  })
  readonly standings: readonly StandingView[];

  @IsOptional()
  @IsObjectOf(NameMatchView, { description: 'In answers to a search by name or words only.' })
  readonly match?: NameMatchView;
}

export class PersonPage extends KnownView {
  @IsDay()
  readonly asOf: string;

  @IsObjectOf(Totals)
  readonly total: Totals;

  @IsOptional()
  @IsBoolean({
    description:
      'With `name` or `words`: whether more texts matched than are ranked, so that `total` counts the best of them only.',
  })
  readonly isTruncated?: boolean;

  @IsObjectOf(PersonView, { each: true })
  readonly items: readonly PersonView[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}

/** DTO classes of the events of a case: one per event type, with the fields of CaseFields. */
import {
  APPEAL_OUTCOMES,
  ARREST_KINDS,
  REMAND_MEASURES,
  MISTREATMENT_KINDS,
  RELEASE_REASONS,
  SEXES,
  type CaseEventOf,
  type CaseEventType,
} from '../domain/case/events.js';
import { amendmentClasses } from './amendments.js';
import {
  IsBoolean,
  IsEdtf,
  IsInteger,
  IsNullable,
  IsObjectOf,
  IsOneOf,
  IsOptional,
  IsRegisterId,
  IsGroupId,
  IsSlug,
  IsText,
  ObjectRule,
} from './decorators.js';
import type { EventClass } from './event-class.js';
import { LIMITS } from './limits.js';
import {
  Article,
  Clemency,
  DatedFields,
  Name,
  PaceCriterion,
  Reference,
  CommonFields,
  Sentence,
  OUTCOMES_WITH_NEW_SENTENCE,
} from './parts.js';

export class Opened extends CommonFields {
  @IsObjectOf(Name, { each: { min: 1, max: LIMITS.names } })
  names: Name[];

  @IsOptional()
  @IsObjectOf(Reference, { each: { min: 0, max: LIMITS.references } })
  references?: Reference[];

  @IsOptional()
  @IsEdtf()
  born?: string;

  @IsOptional()
  @IsOneOf(SEXES)
  sex?: (typeof SEXES)[number];

  @IsOptional()
  @IsText(LIMITS.name)
  occupation?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  affiliation?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  region?: string;

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true })
  summary?: string;
}

export class Named extends CommonFields {
  @IsObjectOf(Name)
  name: Name;
}

export class Referenced extends CommonFields {
  @IsSlug()
  list: string;

  @IsText(LIMITS.reference)
  reference: string;
}

export class Described extends CommonFields {
  @ObjectRule<Described>('DESCRIBED.NOTHING', '', 'at least one field that is set or cleared', (d) =>
    [d.born, d.sex, d.occupation, d.affiliation, d.region, d.summary].some((value) => value !== undefined),
  )
  @IsOptional()
  @IsNullable()
  @IsEdtf()
  born?: string | null;

  @IsOptional()
  @IsNullable()
  @IsOneOf(SEXES)
  sex?: (typeof SEXES)[number] | null;

  @IsOptional()
  @IsNullable()
  @IsText(LIMITS.name)
  occupation?: string | null;

  @IsOptional()
  @IsNullable()
  @IsText(LIMITS.name)
  affiliation?: string | null;

  @IsOptional()
  @IsNullable()
  @IsText(LIMITS.name)
  region?: string | null;

  @IsOptional()
  @IsNullable()
  @IsText(LIMITS.note, { multiline: true })
  summary?: string | null;
}

export class Arrested extends DatedFields {
  @IsOptional()
  @IsOneOf(ARREST_KINDS)
  kind?: (typeof ARREST_KINDS)[number];

  @ObjectRule<Arrested>(
    'ARREST.DAYS_UNFIT',
    'days',
    'days only with kind administrative',
    (a) => a.days === undefined || a.kind === 'administrative',
  )
  @IsOptional()
  @IsInteger(1, 366, { description: 'Of an administrative arrest.' })
  days?: number;

  @IsOptional()
  @IsText(LIMITS.name)
  authority?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  place?: string;

  @IsOptional()
  @IsGroupId({ description: 'An affair that several cases belong to.' })
  incident?: string;
}

export class Charged extends DatedFields {
  @IsObjectOf(Article, { each: { min: 1, max: LIMITS.articles } })
  articles: Article[];
}

export class Remanded extends DatedFields {
  @IsOneOf(REMAND_MEASURES)
  measure: (typeof REMAND_MEASURES)[number];

  @IsOptional()
  @IsText(LIMITS.name)
  court?: string;

  @IsOptional()
  @IsEdtf()
  until?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  facility?: string;
}

export class Tried extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  court?: string;
}

export class Convicted extends DatedFields {
  @IsObjectOf(Article, { each: { min: 1, max: LIMITS.articles } })
  articles: Article[];

  @IsObjectOf(Sentence)
  sentence: Sentence;

  @IsOptional()
  @IsEdtf({ description: 'From when the sentence counts; else from the day of arrest.' })
  countedFrom?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  court?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  facility?: string;

  @IsOptional()
  @IsBoolean()
  inAbsentia?: boolean;
}

export class Appealed extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  instance?: string;
}

export class AppealDecided extends DatedFields {
  @ObjectRule<AppealDecided>(
    'APPEAL.SENTENCE_MISSING',
    'newSentence',
    `a sentence where the outcome is one of ${OUTCOMES_WITH_NEW_SENTENCE.join(', ')}, and only there`,
    (a) => OUTCOMES_WITH_NEW_SENTENCE.includes(a.outcome) === (a.newSentence !== undefined),
  )
  @IsOneOf(APPEAL_OUTCOMES)
  outcome: (typeof APPEAL_OUTCOMES)[number];

  @IsOptional()
  @IsText(LIMITS.name)
  instance?: string;

  @IsOptional()
  @IsObjectOf(Sentence)
  newSentence?: Sentence;
}

export class Transferred extends DatedFields {
  @IsText(LIMITS.name)
  facility: string;

  @IsOptional()
  @IsBoolean({ description: 'To a place of medical care.' })
  medical?: boolean;
}

export class Mistreated extends DatedFields {
  @IsOneOf(MISTREATMENT_KINDS)
  kind: (typeof MISTREATMENT_KINDS)[number];

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true })
  detail?: string;
}

export class Proposed extends DatedFields {
  @IsSlug()
  list: string;
}

export class Recognised extends DatedFields {
  @IsSlug()
  list: string;

  @IsGroupId()
  category: string;

  @IsOptional()
  @IsObjectOf(PaceCriterion, { each: { min: 1, max: 5 }, description: 'Of PACE Resolution 1900 (2012).' })
  criteria?: PaceCriterion[];
}

export class Recategorised extends DatedFields {
  @IsSlug()
  list: string;

  @IsGroupId()
  category: string;
}

export class Pardoned extends Clemency {
  @IsSlug({ description: 'The id of a pardon decree.' })
  decree: string;
}

export class Amnestied extends Clemency {
  @IsSlug({ description: 'The id of an amnesty act.' })
  act: string;

  @IsOptional()
  @IsSlug({ description: 'The name of a clause of the act.' })
  clause?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  executingBody?: string;
}

export class Paroled extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  court?: string;

  @IsOptional()
  @IsEdtf()
  until?: string;
}

export class ChargesDropped extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.note, { multiline: true })
  ground?: string;
}

export class Acquitted extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  court?: string;
}

export class Released extends DatedFields {
  @IsOneOf(RELEASE_REASONS)
  reason: (typeof RELEASE_REASONS)[number];
}

export class Deported extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  destination?: string;
}

export class Exchanged extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  destination?: string;
}

export class Escaped extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  place?: string;
}

export class Wanted extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  authority?: string;
}

export class Declined extends DatedFields {
  @IsSlug()
  list: string;

  @IsText(LIMITS.note, { multiline: true })
  reason: string;
}

export class Delisted extends DatedFields {
  @IsSlug()
  list: string;

  @IsText(LIMITS.note, { multiline: true })
  reason: string;
}

export class Died extends DatedFields {
  @IsOptional()
  @IsText(LIMITS.name)
  place?: string;

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true })
  statedCause?: string;

  @IsOptional()
  @IsBoolean()
  inCustody?: boolean;
}

export class Merged extends CommonFields {
  @IsRegisterId({ description: 'The id of the case that survives.' })
  into: string;

  @IsText(LIMITS.note, { multiline: true })
  reason: string;
}

export class Unmerged extends CommonFields {
  @IsText(LIMITS.note, { multiline: true })
  reason: string;
}

export class Distinguished extends CommonFields {
  @IsRegisterId({
    description: 'The id of the case that is about somebody else. The pair is not shown as possible duplicates again.',
  })
  from: string;

  @IsText(LIMITS.note, { multiline: true })
  reason: string;
}

/** The DTO class of each type. */
export const caseEventClasses = {
  opened: Opened,
  named: Named,
  referenced: Referenced,
  described: Described,
  arrested: Arrested,
  charged: Charged,
  remanded: Remanded,
  tried: Tried,
  convicted: Convicted,
  appealed: Appealed,
  'appeal-decided': AppealDecided,
  transferred: Transferred,
  mistreated: Mistreated,
  proposed: Proposed,
  recognised: Recognised,
  recategorised: Recategorised,
  pardoned: Pardoned,
  amnestied: Amnestied,
  paroled: Paroled,
  'charges-dropped': ChargesDropped,
  acquitted: Acquitted,
  released: Released,
  deported: Deported,
  exchanged: Exchanged,
  escaped: Escaped,
  wanted: Wanted,
  declined: Declined,
  delisted: Delisted,
  died: Died,
  ...amendmentClasses,
  merged: Merged,
  unmerged: Unmerged,
  distinguished: Distinguished,
} satisfies { readonly [T in CaseEventType]: EventClass<CaseEventOf<T>> };

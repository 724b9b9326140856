/** DTO classes of the events of a case: one per event type, with the fields of CaseFields. */
import {
  APPEAL_OUTCOMES,
  ARREST_KINDS,
  MEASURES,
  MISTREATMENTS,
  RELEASE_REASONS,
  SEXES,
} from '../domain/case/events.js';
import { field, ObjectRule } from './field.js';
import { edtf, boolean, oneOf, objectOf, arrayOf, registerId, slug, text, integer } from './kinds.js';
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
  SENTENCE_CHANGED,
} from './parts.js';

const optional = { optional: true } as const;
const clearable = { optional: true, nullable: true } as const;
const shortText = text(LIMITS.name);
const longText = text(LIMITS.note, 'lines');

export class Opened extends CommonFields {
  @field(arrayOf(objectOf(Name), 1, LIMITS.names))
  names: Name[];

  @field(arrayOf(objectOf(Reference), 0, LIMITS.references), optional)
  references?: Reference[];

  @field(edtf, optional)
  born?: string;

  @field(oneOf(SEXES), optional)
  sex?: (typeof SEXES)[number];

  @field(shortText, optional)
  occupation?: string;

  @field(shortText, optional)
  affiliation?: string;

  @field(shortText, optional)
  region?: string;

  @field(longText, optional)
  summary?: string;
}

export class Named extends CommonFields {
  @field(objectOf(Name))
  name: Name;
}

export class Referenced extends CommonFields {
  @field(slug)
  list: string;

  @field(text(LIMITS.reference))
  reference: string;
}

export class Described extends CommonFields {
  @ObjectRule<Described>('DESCRIBED.NOTHING', '', 'at least one field that is set or cleared', (d) =>
    [d.born, d.sex, d.occupation, d.affiliation, d.region, d.summary].some((value) => value !== undefined),
  )
  @field(edtf, clearable)
  born?: string | null;

  @field(oneOf(SEXES), clearable)
  sex?: (typeof SEXES)[number] | null;

  @field(shortText, clearable)
  occupation?: string | null;

  @field(shortText, clearable)
  affiliation?: string | null;

  @field(shortText, clearable)
  region?: string | null;

  @field(longText, clearable)
  summary?: string | null;
}

export class Arrested extends DatedFields {
  @field(oneOf(ARREST_KINDS), optional)
  kind?: (typeof ARREST_KINDS)[number];

  @ObjectRule<Arrested>(
    'ARREST.DAYS_UNFIT',
    'days',
    'days only with kind administrative',
    (a) => a.days === undefined || a.kind === 'administrative',
  )
  @field(integer(1, 366), { ...optional, means: 'Of an administrative arrest.' })
  days?: number;

  @field(shortText, optional)
  authority?: string;

  @field(shortText, optional)
  place?: string;

  @field(slug, { ...optional, means: 'An affair that several cases belong to.' })
  incident?: string;
}

export class Charged extends DatedFields {
  @field(arrayOf(objectOf(Article), 1, LIMITS.articles))
  articles: Article[];
}

export class Remanded extends DatedFields {
  @field(oneOf(MEASURES))
  measure: (typeof MEASURES)[number];

  @field(shortText, optional)
  court?: string;

  @field(edtf, optional)
  until?: string;

  @field(shortText, optional)
  facility?: string;
}

export class Tried extends DatedFields {
  @field(shortText, optional)
  court?: string;
}

export class Convicted extends DatedFields {
  @field(arrayOf(objectOf(Article), 1, LIMITS.articles))
  articles: Article[];

  @field(objectOf(Sentence))
  sentence: Sentence;

  @field(edtf, { ...optional, means: 'From when the sentence counts; else from the day of arrest.' })
  countedFrom?: string;

  @field(shortText, optional)
  court?: string;

  @field(shortText, optional)
  facility?: string;

  @field(boolean, optional)
  inAbsentia?: boolean;
}

export class Appealed extends DatedFields {
  @field(shortText, optional)
  instance?: string;
}

export class AppealDecided extends DatedFields {
  @ObjectRule<AppealDecided>(
    'APPEAL.SENTENCE_MISSING',
    'newSentence',
    `a sentence where the outcome is one of ${SENTENCE_CHANGED.join(', ')}, and only there`,
    (a) => SENTENCE_CHANGED.includes(a.outcome) === (a.newSentence !== undefined),
  )
  @field(oneOf(APPEAL_OUTCOMES))
  outcome: (typeof APPEAL_OUTCOMES)[number];

  @field(shortText, optional)
  instance?: string;

  @field(objectOf(Sentence), optional)
  newSentence?: Sentence;
}

export class Transferred extends DatedFields {
  @field(shortText)
  facility: string;

  @field(boolean, { ...optional, means: 'To a place of medical care.' })
  medical?: boolean;
}

export class Mistreated extends DatedFields {
  @field(oneOf(MISTREATMENTS))
  kind: (typeof MISTREATMENTS)[number];

  @field(longText, optional)
  detail?: string;
}

export class Proposed extends DatedFields {
  @field(slug)
  list: string;
}

export class Recognised extends DatedFields {
  @field(slug)
  list: string;

  @field(slug)
  category: string;

  @field(arrayOf(objectOf(PaceCriterion), 1, 5), { ...optional, means: 'Of PACE Resolution 1900 (2012).' })
  criteria?: PaceCriterion[];
}

export class Recategorised extends DatedFields {
  @field(slug)
  list: string;

  @field(slug)
  category: string;
}

export class Pardoned extends Clemency {
  @field(slug, { means: 'The id of a pardon decree.' })
  decree: string;
}

export class Amnestied extends Clemency {
  @field(slug, { means: 'The id of an amnesty act.' })
  act: string;

  @field(slug, { ...optional, means: 'The name of a clause of the act.' })
  clause?: string;

  @field(shortText, optional)
  executingBody?: string;
}

export class Paroled extends DatedFields {
  @field(shortText, optional)
  court?: string;

  @field(edtf, optional)
  until?: string;
}

export class ChargesDropped extends DatedFields {
  @field(longText, optional)
  ground?: string;
}

export class Acquitted extends DatedFields {
  @field(shortText, optional)
  court?: string;
}

export class Released extends DatedFields {
  @field(oneOf(RELEASE_REASONS))
  reason: (typeof RELEASE_REASONS)[number];
}

export class Deported extends DatedFields {
  @field(shortText, optional)
  destination?: string;
}

export class Exchanged extends DatedFields {
  @field(shortText, optional)
  destination?: string;
}

export class Escaped extends DatedFields {
  @field(shortText, optional)
  place?: string;
}

export class Wanted extends DatedFields {
  @field(shortText, optional)
  authority?: string;
}

export class Declined extends DatedFields {
  @field(slug)
  list: string;

  @field(longText)
  reason: string;
}

export class Delisted extends DatedFields {
  @field(slug)
  list: string;

  @field(longText)
  reason: string;
}

export class Died extends DatedFields {
  @field(shortText, optional)
  place?: string;

  @field(longText, optional)
  statedCause?: string;

  @field(boolean, optional)
  inCustody?: boolean;
}

export class Merged extends CommonFields {
  @field(registerId, { means: 'The id of the case that survives.' })
  into: string;

  @field(longText)
  reason: string;
}

export class Unmerged extends CommonFields {
  @field(longText)
  reason: string;
}

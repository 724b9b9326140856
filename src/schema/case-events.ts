/** What may come in as an event of a case: a class for every type, beside its type the same fields as in the domain. */
import {
  APPEAL_OUTCOMES,
  ARREST_KINDS,
  MEASURES,
  MISTREATMENTS,
  RELEASE_REASONS,
  SEXES,
} from '../domain/case/events.js';
import { field, Holds } from './field.js';
import { edtf, flag, oneOf, part, several, slug, text, whole } from './kinds.js';
import { LIMITS } from './limits.js';
import { Article, Clemency, Dated, Name, PaceCriterion, Reference, Said, Sentence, SENTENCE_CHANGED } from './parts.js';

const optional = { optional: true } as const;
const clearable = { optional: true, nullable: true } as const;
const shortText = text(LIMITS.name);
const longText = text(LIMITS.note, 'lines');

export class Opened extends Said {
  @field(several(part(Name), 1, LIMITS.names))
  names: Name[];

  @field(several(part(Reference), 0, LIMITS.references), optional)
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

export class Named extends Said {
  @field(part(Name))
  name: Name;
}

export class Referenced extends Said {
  @field(slug)
  list: string;

  @field(text(LIMITS.reference))
  reference: string;
}

export class Described extends Said {
  @Holds<Described>('DESCRIBED.NOTHING', '', 'at least one field that is set or cleared', (d) =>
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

export class Arrested extends Dated {
  @field(oneOf(ARREST_KINDS), optional)
  kind?: (typeof ARREST_KINDS)[number];

  @Holds<Arrested>(
    'ARREST.DAYS_UNFIT',
    'days',
    'days only with kind administrative',
    (a) => a.days === undefined || a.kind === 'administrative',
  )
  @field(whole(1, 366), { ...optional, means: 'Of an administrative arrest.' })
  days?: number;

  @field(shortText, optional)
  authority?: string;

  @field(shortText, optional)
  place?: string;

  @field(slug, { ...optional, means: 'An affair that several cases belong to.' })
  incident?: string;
}

export class Charged extends Dated {
  @field(several(part(Article), 1, LIMITS.articles))
  articles: Article[];
}

export class Remanded extends Dated {
  @field(oneOf(MEASURES))
  measure: (typeof MEASURES)[number];

  @field(shortText, optional)
  court?: string;

  @field(edtf, optional)
  until?: string;

  @field(shortText, optional)
  facility?: string;
}

export class Tried extends Dated {
  @field(shortText, optional)
  court?: string;
}

export class Convicted extends Dated {
  @field(several(part(Article), 1, LIMITS.articles))
  articles: Article[];

  @field(part(Sentence))
  sentence: Sentence;

  @field(edtf, { ...optional, means: 'From when the sentence counts; else from the day of arrest.' })
  countedFrom?: string;

  @field(shortText, optional)
  court?: string;

  @field(shortText, optional)
  facility?: string;

  @field(flag, optional)
  inAbsentia?: boolean;
}

export class Appealed extends Dated {
  @field(shortText, optional)
  instance?: string;
}

export class AppealDecided extends Dated {
  @Holds<AppealDecided>(
    'APPEAL.SENTENCE_MISSING',
    'newSentence',
    `a sentence where the outcome is one of ${SENTENCE_CHANGED.join(', ')}, and only there`,
    (a) => SENTENCE_CHANGED.includes(a.outcome) === (a.newSentence !== undefined),
  )
  @field(oneOf(APPEAL_OUTCOMES))
  outcome: (typeof APPEAL_OUTCOMES)[number];

  @field(shortText, optional)
  instance?: string;

  @field(part(Sentence), optional)
  newSentence?: Sentence;
}

export class Transferred extends Dated {
  @field(shortText)
  facility: string;

  @field(flag, { ...optional, means: 'To a place of medical care.' })
  medical?: boolean;
}

export class Mistreated extends Dated {
  @field(oneOf(MISTREATMENTS))
  kind: (typeof MISTREATMENTS)[number];

  @field(longText, optional)
  detail?: string;
}

export class Proposed extends Dated {
  @field(slug)
  list: string;
}

export class Recognised extends Dated {
  @field(slug)
  list: string;

  @field(slug)
  category: string;

  @field(several(part(PaceCriterion), 1, 5), { ...optional, means: 'Of PACE Resolution 1900 (2012).' })
  criteria?: PaceCriterion[];
}

export class Recategorised extends Dated {
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

export class Paroled extends Dated {
  @field(shortText, optional)
  court?: string;

  @field(edtf, optional)
  until?: string;
}

export class ChargesDropped extends Dated {
  @field(longText, optional)
  ground?: string;
}

export class Acquitted extends Dated {
  @field(shortText, optional)
  court?: string;
}

export class Released extends Dated {
  @field(oneOf(RELEASE_REASONS))
  reason: (typeof RELEASE_REASONS)[number];
}

export class Deported extends Dated {
  @field(shortText, optional)
  destination?: string;
}

export class Exchanged extends Dated {
  @field(shortText, optional)
  destination?: string;
}

export class Escaped extends Dated {
  @field(shortText, optional)
  place?: string;
}

export class Wanted extends Dated {
  @field(shortText, optional)
  authority?: string;
}

export class Declined extends Dated {
  @field(slug)
  list: string;

  @field(longText)
  reason: string;
}

export class Delisted extends Dated {
  @field(slug)
  list: string;

  @field(longText)
  reason: string;
}

export class Died extends Dated {
  @field(shortText, optional)
  place?: string;

  @field(longText, optional)
  statedCause?: string;

  @field(flag, optional)
  inCustody?: boolean;
}

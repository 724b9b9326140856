/** DTO classes shared by events, and the fields that all events have. */
import {
  APPEAL_OUTCOMES,
  CLEMENCY_EFFECTS,
  DEFAULT_CODE,
  NAME_KINDS,
  PACE_LETTERS,
  SCRIPTS,
  SENTENCE_KINDS,
  type Article as ArticleOf,
  type Name as NameOf,
  type PaceCriterion as PaceCriterionOf,
  type Reference as ReferenceOf,
  type Sentence as SentenceOf,
} from '../domain/case/events.js';
import { RELIABILITIES, SOURCE_KINDS, type Source as SourceOf } from '../domain/event.js';
import type { LocalName as LocalNameOf } from '../domain/list/events.js';
import { scriptsOf } from '../domain/text.js';
import { field, ObjectRule } from './field.js';
import {
  articleNumber,
  articlePart,
  edtf,
  boolean,
  generalPart,
  language,
  lawCode,
  registerId,
  oneOf,
  objectOf,
  arrayOf,
  sha256,
  slug,
  term,
  termOrUnknown,
  text,
  url,
} from './kinds.js';
import { LIMITS } from './limits.js';

const optional = { optional: true } as const;

export class Source implements SourceOf {
  @ObjectRule<Source>(
    'SOURCE.NAMELESS',
    '',
    'a citation, a url, or both',
    (s) => s.citation !== undefined || s.url !== undefined,
  )
  @field(oneOf(SOURCE_KINDS))
  kind: SourceOf['kind'];

  @field(text(LIMITS.citation), optional)
  citation?: string;

  @field(url, optional)
  url?: string;

  @field(text(LIMITS.name), optional)
  publisher?: string;

  @field(edtf, { ...optional, means: 'The day on which the recorder read it.' })
  readOn?: string;

  @field(boolean, optional)
  machineTranslated?: boolean;

  @field(sha256, { ...optional, means: 'SHA-256 of the archived copy.' })
  archiveHash?: string;
}

/** The fields of every event. */
export class CommonFields {
  @field(arrayOf(objectOf(Source), 1, LIMITS.sources))
  sources: Source[];

  @field(oneOf(RELIABILITIES), { default: RELIABILITIES[0] })
  reliability: (typeof RELIABILITIES)[number];

  @field(text(LIMITS.note, 'lines'), optional)
  note?: string;
}

/** The fields of every dated event. */
export class DatedFields extends CommonFields {
  @field(edtf, { means: 'When it happened, as precisely as it is known.' })
  occurredOn: string;

  @field(registerId, { ...optional, means: 'The id of a dated event that this one certainly follows.' })
  after?: string;
}

export class Name implements NameOf {
  @ObjectRule<Name>('NAME.SCRIPT_CONTRADICTS', 'script', 'the script of the letters', ({ text, script }) => {
    const scripts = scriptsOf(text);
    return scripts.length === 0 || scripts.some((found) => found === script || !isScript(found));
  })
  @field(text(LIMITS.name))
  text: string;

  @field(oneOf(SCRIPTS))
  script: NameOf['script'];

  @field(language)
  language: string;

  @field(oneOf(NAME_KINDS))
  kind: NameOf['kind'];
}

/** Letters of a script that SCRIPTS does not list (Greek) contradict no declared script. */
const isScript = (script: string): boolean => (SCRIPTS as readonly string[]).includes(script);

export class Reference implements ReferenceOf {
  @field(slug)
  list: string;

  @field(text(LIMITS.reference))
  reference: string;
}

export class Article implements ArticleOf {
  @field(lawCode, { default: DEFAULT_CODE })
  code: string;

  @field(articleNumber)
  article: string;

  @field(articlePart, optional)
  part?: string;

  @field(generalPart, { ...optional, means: 'Of the general part: preparation, attempt, complicity.' })
  generalPart?: string;
}

export class Sentence implements SentenceOf {
  @ObjectRule<Sentence>(
    'SENTENCE.TERM_MISSING',
    'term',
    'a term, unknown, or life: true',
    (s) => s.kind !== 'imprisonment' || s.term !== undefined || s.life === true,
  )
  @ObjectRule<Sentence>(
    'SENTENCE.TERM_AND_LIFE',
    'life',
    'a term or life, not both',
    (s) => s.term === undefined || s.life !== true,
  )
  @ObjectRule<Sentence>(
    'SENTENCE.LIFE_UNFIT',
    'life',
    'life only with imprisonment',
    (s) => s.life !== true || s.kind === 'imprisonment',
  )
  @field(oneOf(SENTENCE_KINDS))
  kind: SentenceOf['kind'];

  @field(termOrUnknown, optional)
  term?: string;

  @field(boolean, { ...optional, means: 'For life.' })
  life?: boolean;
}

export class PaceCriterion implements PaceCriterionOf {
  @field(oneOf(PACE_LETTERS))
  letter: PaceCriterionOf['letter'];

  @field(text(LIMITS.note, 'lines'))
  rationale: string;
}

/** The fields that pardons and amnesties share. */
export class Clemency extends DatedFields {
  @ObjectRule<Clemency>(
    'CLEMENCY.REDUCTION_MISSING',
    'reducedBy',
    'a term where the effect is term-reduced, and only there',
    (c) => (c.effect === 'term-reduced') === (c.reducedBy !== undefined),
  )
  @ObjectRule<Clemency>(
    'CLEMENCY.REPLACEMENT_MISSING',
    'replacement',
    'a sentence where the effect is replaced, and only there',
    (c) => (c.effect === 'replaced') === (c.replacement !== undefined),
  )
  @field(oneOf(CLEMENCY_EFFECTS))
  effect: (typeof CLEMENCY_EFFECTS)[number];

  @field(term, optional)
  reducedBy?: string;

  @field(objectOf(Sentence), optional)
  replacement?: Sentence;
}

/** Outcomes of appeals that require `newSentence`. */
export const SENTENCE_CHANGED: readonly (typeof APPEAL_OUTCOMES)[number][] = ['reduced', 'increased', 'suspended'];

export class LocalName implements LocalNameOf {
  @field(text(LIMITS.name), optional)
  az?: string;

  @field(text(LIMITS.name), optional)
  en?: string;

  @field(text(LIMITS.name), optional)
  ru?: string;
}

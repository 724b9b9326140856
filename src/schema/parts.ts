/** DTO classes shared by events, and the fields that all events have. */
import {
  APPEAL_OUTCOMES,
  CLEMENCY_EFFECTS,
  DEFAULT_CRIMINAL_CODE,
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
import {
  IsArticleNumber,
  IsArticlePart,
  IsBoolean,
  IsEdtf,
  IsGeneralPartArticle,
  IsLanguage,
  IsLawCodeForm,
  IsObjectOf,
  IsOneOf,
  IsOptional,
  IsRegisterId,
  IsSha256,
  IsSlug,
  IsDuration,
  IsDurationOrUnknown,
  IsText,
  IsUrl,
  ObjectRule,
} from './decorators.js';
import { LIMITS } from './limits.js';

export class Source implements SourceOf {
  @ObjectRule<Source>(
    'SOURCE.NAMELESS',
    '',
    'a citation, a url, or both',
    (s) => s.citation !== undefined || s.url !== undefined,
  )
  @IsOneOf(SOURCE_KINDS)
  kind: SourceOf['kind'];

  @IsOptional()
  @IsText(LIMITS.citation)
  citation?: string;

  @IsOptional()
  @IsUrl()
  url?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  publisher?: string;

  @IsOptional()
  @IsEdtf({ description: 'The day on which the recorder read it.' })
  readOn?: string;

  @IsOptional()
  @IsBoolean()
  machineTranslated?: boolean;

  @IsOptional()
  @IsSha256({ description: 'SHA-256 of the archived copy.' })
  archiveHash?: string;
}

/** The fields of every event. */
export class CommonFields {
  @IsObjectOf(Source, { each: { min: 1, max: LIMITS.sources } })
  sources: Source[];

  @IsOneOf(RELIABILITIES)
  reliability: (typeof RELIABILITIES)[number] = RELIABILITIES[0];

  @IsOptional()
  @IsText(LIMITS.note, { multiline: true })
  note?: string;
}

/** The fields of every dated event. */
export class DatedFields extends CommonFields {
  @IsEdtf({ description: 'When it happened, as precisely as it is known.' })
  occurredOn: string;

  @IsOptional()
  @IsRegisterId({ description: 'The id of a dated event that this one certainly follows.' })
  after?: string;
}

export class Name implements NameOf {
  @ObjectRule<Name>('NAME.SCRIPT_CONTRADICTS', 'script', 'the script of the letters', ({ text, script }) => {
    const scripts = scriptsOf(text);
    return scripts.length === 0 || scripts.some((found) => found === script || !isSupportedScript(found));
  })
  @IsText(LIMITS.name)
  text: string;

  @IsOneOf(SCRIPTS)
  script: NameOf['script'];

  @IsLanguage()
  language: string;

  @IsOneOf(NAME_KINDS)
  kind: NameOf['kind'];
}

/** Whether the register knows the script; letters of others (Greek) are not checked. */
const isSupportedScript = (script: string): boolean => (SCRIPTS as readonly string[]).includes(script);

export class Reference implements ReferenceOf {
  @IsSlug()
  list: string;

  @IsText(LIMITS.reference)
  reference: string;
}

/** The Criminal Code of 1999: people are charged under articles of its Special Part, with those of the General Part beside them. */
const FIRST_OF_SPECIAL_PART = 100;

export class Article implements ArticleOf {
  @IsLawCodeForm()
  code: string = DEFAULT_CRIMINAL_CODE;

  @ObjectRule<Article>(
    'ARTICLE.INVALID',
    'article',
    `an article of the Special Part of ${DEFAULT_CRIMINAL_CODE}, which begins with ${FIRST_OF_SPECIAL_PART}`,
    ({ code, article }) => code !== DEFAULT_CRIMINAL_CODE || parseInt(article, 10) >= FIRST_OF_SPECIAL_PART,
  )
  @IsArticleNumber()
  article: string;

  @IsOptional()
  @IsArticlePart()
  part?: string;

  @ObjectRule<Article>(
    'ARTICLE.INVALID',
    'generalPart',
    `an article of the General Part of ${DEFAULT_CRIMINAL_CODE}, which ends before ${FIRST_OF_SPECIAL_PART}`,
    ({ code, generalPart }) =>
      code !== DEFAULT_CRIMINAL_CODE || generalPart === undefined || parseInt(generalPart, 10) < FIRST_OF_SPECIAL_PART,
  )
  @IsOptional()
  @IsGeneralPartArticle({ description: 'Of the general part: preparation, attempt, complicity.' })
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
  @IsOneOf(SENTENCE_KINDS)
  kind: SentenceOf['kind'];

  @IsOptional()
  @IsDurationOrUnknown()
  term?: string;

  @IsOptional()
  @IsBoolean({ description: 'For life.' })
  life?: boolean;
}

export class PaceCriterion implements PaceCriterionOf {
  @IsOneOf(PACE_LETTERS)
  letter: PaceCriterionOf['letter'];

  @IsText(LIMITS.note, { multiline: true })
  rationale: string;
}

interface ClemencyEffect {
  readonly effect?: unknown;
  readonly reducedBy?: unknown;
  readonly replacement?: unknown;
}

/**
 * Checks that an object has `replacement` and `reducedBy` where its effect requires them, and only there. Put it on a
 * field that the class itself declares.
 */
export const EffectRules = (): PropertyDecorator => (target, key) => {
  ObjectRule<ClemencyEffect>(
    'CLEMENCY.REPLACEMENT_MISSING',
    'replacement',
    'a sentence where the effect is replaced, and only there',
    ({ effect, replacement }) => (effect === 'replaced') === (replacement !== undefined),
  )(target, key);
  ObjectRule<ClemencyEffect>(
    'CLEMENCY.REDUCTION_MISSING',
    'reducedBy',
    'a term where the effect is term-reduced, and only there',
    ({ effect, reducedBy }) => (effect === 'term-reduced') === (reducedBy !== undefined),
  )(target, key);
};

/** The fields that pardons and amnesties share. */
export class Clemency extends DatedFields {
  @EffectRules()
  @IsOneOf(CLEMENCY_EFFECTS)
  effect: (typeof CLEMENCY_EFFECTS)[number];

  @IsOptional()
  @IsDuration()
  reducedBy?: string;

  @IsOptional()
  @IsObjectOf(Sentence)
  replacement?: Sentence;
}

/** Outcomes of appeals that require `newSentence`. */
export const OUTCOMES_WITH_NEW_SENTENCE: readonly (typeof APPEAL_OUTCOMES)[number][] = [
  'reduced',
  'increased',
  'suspended',
];

export class LocalName implements LocalNameOf {
  @IsOptional()
  @IsText(LIMITS.name)
  az?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  en?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  ru?: string;
}

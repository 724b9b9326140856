/**
 * The decorators of DTO and view classes. Each gives a field its type: the rules that class-validator checks, and the schema from
 * which http/api-properties.ts composes `ApiProperty`. That is done there, and not here, so that the
 * command line and the reading of register files start without loading Nest's swagger.
 */
import { isIn, isInt, isURL, max, min, ValidateBy } from 'class-validator';
import { UNREPORTED } from '../domain/case/events.js';
import { parseKnownAt } from '../domain/known-at.js';
import { UNKNOWN_KEY } from '../domain/list/events.js';
import { toNfc } from '../domain/text.js';
import { FIRST_YEAR, isTerm, LAST_YEAR, parseDay, parseEdtf } from '../domain/time.js';
import {
  changeFieldOptions,
  declareField,
  declareObjectRule,
  type Constructor,
  type JsonSchema,
  type ValueType,
  type ValueRule,
} from './field.js';
import { LIMITS } from './limits.js';
import type { FieldErrorCode } from './problems.js';
import { canonicalId } from './register-id.js';

export interface TypeOptions {
  /** For the OpenAPI document. */
  readonly description?: string;
  /**
   * The field is an array of such values: `min` to `max` items without duplicates, or, in views, any array (`true`).
   */
  readonly each?: true | { readonly min: number; readonly max: number };
}

/** The field may be absent. Null is not absent. */
export const IsOptional = (): PropertyDecorator => changeFieldOptions({ optional: true });

/** The field may be null; in an event, null clears the stored value. */
export const IsNullable = (): PropertyDecorator => changeFieldOptions({ nullable: true });

/** A decorator that gives a field the type, or with `each` an array of it. */
export const typeDecorator =
  (type: ValueType, { description, each }: TypeOptions): PropertyDecorator =>
  (target, key) =>
    declareField(target, String(key), typeOrArrayType(each, type), description === undefined ? {} : { description });

const typeOrArrayType = (each: TypeOptions['each'], type: ValueType): ValueType => {
  if (each === undefined) return type;
  return each === true ? { ...type, schema: arraySchema(type) } : arrayType(type, each.min, each.max);
};

/** Has no `items` where the items are objects of classes: http/api-properties.ts adds them from the classes in ValueType. */
const arraySchema = ({ schema, nestedClass, alternativeClasses }: ValueType): JsonSchema => ({
  type: 'array',
  ...(nestedClass === undefined && alternativeClasses === undefined && { items: schema }),
});

/** Makes a decorator for fields of this type; the only argument of the decorator is TypeOptions. */
export const decoratorFactory =
  (type: ValueType) =>
  (options: TypeOptions = {}): PropertyDecorator =>
    typeDecorator(type, options);

/** A rule for text. A value of another type fails it, but IS_TEXT has reported that before. */
const textRule = (code: FieldErrorCode, holds: (text: string) => boolean, expects?: string): ValueRule => ({
  code,
  isValid: (value) => typeof value === 'string' && holds(value),
  ...(expects === undefined ? {} : { expects }),
});

const IS_TEXT: ValueRule = { code: 'FIELD.WRONG_KIND', isValid: (value) => typeof value === 'string' };

const fitsLength = (text: string, limit: number): boolean =>
  text.length <= limit || (text.length <= 2 * limit && [...text].length <= limit);

/**
 * Refused in one-line text: control characters, line separators, lone surrogates, noncharacters (XML, and so a workbook, cannot hold
 * U+FFFE and U+FFFF), and invisible characters (soft hyphens, zero width, bidirectional overrides), which make equal-looking texts differ.
 */
const FORBIDDEN_IN_ONE_LINE =
  /[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
/** Refused in multi-line text: control characters except line feeds, lone surrogates, and noncharacters. */
const FORBIDDEN_IN_MULTILINE = /[^\P{Cc}\n]|[\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** Free text, stored unchanged but for NFC. Spreadsheet formulas are not escaped here but on CSV export. */
export const IsText = (
  limit: number,
  { multiline, ...options }: TypeOptions & { readonly multiline?: true } = {},
): PropertyDecorator => typeDecorator(textType(limit, multiline === true), options);

const textType = (limit: number, isMultiline: boolean): ValueType => ({
  normalise: toNfc,
  schema: { type: 'string', minLength: 1, maxLength: limit },
  expects: `text of 1 to ${limit} characters`,
  rules: [
    IS_TEXT,
    textRule('TEXT.EMPTY', (value) => value.trim() !== ''),
    textRule('TEXT.TOO_LONG', (value) => fitsLength(value, limit)),
    textRule('TEXT.UNTRIMMED', (value) => value.trim() === value, 'text without white space around it'),
    textRule(
      'TEXT.CHARACTERS',
      (value) => !(isMultiline ? FORBIDDEN_IN_MULTILINE : FORBIDDEN_IN_ONE_LINE).test(value),
      isMultiline
        ? 'text without control characters, lone surrogates and noncharacters'
        : 'text of one line without control characters, characters that cannot be seen, lone surrogates and noncharacters',
    ),
  ],
});

/** A name to search for. One letter would find a tenth of the register. */
export const IsSearchedName = (options: TypeOptions = {}): PropertyDecorator => {
  const name = textType(LIMITS.name, false);
  const expects = `${name.expects}, with a word of two or more letters`;
  const hasWord = textRule('TEXT.FORM', (value) => /[\p{Letter}\p{Number}]{2}/u.test(value.normalize('NFC')), expects);
  return typeDecorator({ ...name, rules: [...name.rules, hasWord] }, options);
};

/** Text that matches a pattern; it is not normalised. */
export const Matches = (pattern: RegExp, expects: string, options: TypeOptions = {}): PropertyDecorator =>
  typeDecorator(patternType(pattern, expects), options);

const patternType = (pattern: RegExp, expects: string, code: FieldErrorCode = 'TEXT.FORM'): ValueType => ({
  schema: { type: 'string', pattern: pattern.source },
  expects,
  rules: [IS_TEXT, textRule(code, (value) => pattern.test(value))],
});

const SLUG_PATTERN = new RegExp(`^(?=.{1,${LIMITS.slug}}$)[a-z0-9]+(-[a-z0-9]+)*$`);
/** An id that a client chooses, such as that of a list, a category, an instrument, an incident, a claim or an edition. */
export const slugType = patternType(
  SLUG_PATTERN,
  `lower-case letters and digits separated by single hyphens, at most ${LIMITS.slug} characters`,
);
export const IsSlug = decoratorFactory(slugType);

/** The id of a category or an incident: any slug but UNKNOWN_KEY. */
export const IsGroupId = decoratorFactory(
  patternType(
    new RegExp(`^(?!${UNKNOWN_KEY}$)${SLUG_PATTERN.source.slice(1)}`),
    `${slugType.expects}, but not ${UNKNOWN_KEY}`,
  ),
);

/** A clause of an instrument, or one version of it. */
export const IsClauseName = decoratorFactory(
  patternType(
    new RegExp(`^(?=.{1,${2 * LIMITS.slug + 1}}$)[a-z0-9]+(-[a-z0-9]+)*(@[a-z0-9]+(-[a-z0-9]+)*)?$`),
    'a clause, or a version of one: six-months-drugs, six-months-drugs@rolling',
  ),
);

/** An id that the register generates: of a case, of an event. */
export const registerIdType: ValueType = {
  ...patternType(
    new RegExp(`^[0-9A-Za-z][0-9A-Za-z_-]{0,${LIMITS.id - 1}}$`),
    `an id that the register gave out, at most ${LIMITS.id} characters`,
  ),
  normalise: canonicalId,
};
export const IsRegisterId = decoratorFactory(registerIdType);

/** A BCP 47 primary language subtag. */
export const IsLanguage = decoratorFactory(
  patternType(/^[a-z]{2,3}$/, 'a language code of two or three lower-case letters: az, en, ru'),
);

export const IsSha256 = decoratorFactory(patternType(/^[0-9a-f]{64}$/, 'SHA-256 in 64 hexadecimal digits, lower case'));

export const findingCodeType = patternType(/^[A-Z_]{1,40}\.[A-Z_]{1,60}$/, 'the code of a finding: CASE.ALREADY_HELD');
export const IsFindingCode = decoratorFactory(findingCodeType);

export const IsLawCodeForm = decoratorFactory(
  patternType(/^[A-Z]{2}-[A-Z]{2,8}$/, 'a code of laws: AZ-CC', 'ARTICLE.INVALID'),
);

export const IsArticleNumber = decoratorFactory(
  patternType(/^\d{1,3}(-\d{1,2})?$/, 'an article: 234, 167-2', 'ARTICLE.INVALID'),
);

/** A part of an article, such as 4.3; a number in it may have a suffix: part 1-1 of article 234 is cited as 234.1-1. */
export const IsArticlePart = decoratorFactory(
  patternType(/^\d{1,2}(-\d{1,2})?(\.\d{1,2}(-\d{1,2})?){0,2}$/, 'a part of an article: 4.3, 1-1', 'ARTICLE.INVALID'),
);

/** An article of the general part on preparation, attempt or complicity: 28, 29, 32.5. */
export const IsGeneralPartArticle = decoratorFactory(
  patternType(
    /^\d{1,3}(-\d{1,2})?(\.\d{1,2}(-\d{1,2})?){0,3}$/,
    'an article of the general part: 28, 29, 32.5',
    'ARTICLE.INVALID',
  ),
);

/** A filter by article, with or without its part: `234`, `234.4`, `28/220.1`, `AZ-OCC 70-2`. */
export const IsArticleFilter = decoratorFactory(
  patternType(
    /^([A-Z]{2}-[A-Z]{2,8}[ :])?(\d{1,3}[-.\d]{0,16}\/)?\d{1,3}(-\d{1,2})?(\.\d{1,2}(-\d{1,2})?){0,3}$/,
    'an article, with or without its part: 234, 234.4.3, 28/220.1, AZ-OCC 70-2',
    'ARTICLE.INVALID',
  ),
);

export const IsUrl = decoratorFactory({
  schema: { type: 'string', format: 'uri', maxLength: LIMITS.url },
  expects: `an http or https URL of at most ${LIMITS.url} characters`,
  rules: [
    IS_TEXT,
    textRule('TEXT.TOO_LONG', (value) => fitsLength(value, LIMITS.url)),
    textRule(
      'TEXT.FORM',
      (value) => !/\s/.test(value) && !FORBIDDEN_IN_ONE_LINE.test(value) && isURL(value, URL_OPTIONS),
    ),
  ],
});
const URL_OPTIONS = {
  protocols: ['http', 'https'],
  require_protocol: true,
  require_tld: false,
  disallow_auth: true,
  validate_length: false,
};

const YEARS = `of the years ${FIRST_YEAR} to ${LAST_YEAR}`;

/** A day, month, year or interval (EDTF level 0), as precise as the date is known, with an optional `~` for approximate. */
export const IsEdtf = decoratorFactory({
  schema: {
    type: 'string',
    description: `EDTF level 0: a day, a month, a year or an interval of them, ${YEARS}; \`~\` marks it as approximate.`,
    pattern: String.raw`^\d{4}(-\d{2}(-\d{2})?)?~?(/\d{4}(-\d{2}(-\d{2})?)?~?)?$`,
    examples: ['2025-12-22', '2025-12', '2019', '2020-06~', '2024-02/2024-03'],
  },
  expects: `a date that exists, ${YEARS}: 2025-12-22, 2025-12, 2019, 2020-06~ or 2024-02/2024-03`,
  rules: [IS_TEXT, textRule('DATE.INVALID', (value) => parseEdtf(value) !== null)],
});

export const IsDay = decoratorFactory({
  schema: { type: 'string', format: 'date', pattern: String.raw`^\d{4}-\d{2}-\d{2}$` },
  expects: `a day that exists, ${YEARS}: 2025-12-22`,
  rules: [IS_TEXT, textRule('DAY.INVALID', (value) => parseDay(value) !== null)],
});

const EDITION_PATTERN = /^edition:([a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** The id in `edition:2025-10-07`; null for anything else. */
export const editionIdIn = (text: string): string | null => EDITION_PATTERN.exec(text)?.[1] ?? null;

export const IsDayOrEdition = decoratorFactory({
  schema: {
    type: 'string',
    pattern: String.raw`^(\d{4}-\d{2}-\d{2}|edition:[a-z0-9-]{1,${LIMITS.slug}})$`,
    examples: ['2025-10-07', 'edition:2025-10-07'],
  },
  expects: `a day that exists, ${YEARS}, or an edition: 2025-12-22, edition:2025-10-07`,
  rules: [IS_TEXT, textRule('DAY.INVALID', (value) => (editionIdIn(value) ?? parseDay(value)) !== null)],
});

/** The parameter `knownAt`: a day, an instant or a position. */
export const IsKnownAt = decoratorFactory({
  schema: {
    type: 'string',
    pattern: String.raw`^(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?|position:\d{1,15})$`,
    examples: ['2026-01-05', '2026-01-05T10:00:00Z', 'position:1234'],
  },
  expects: 'a day, an instant with its offset, or a position: 2026-01-05, 2026-01-05T10:00:00Z or position:1234',
  rules: [IS_TEXT, textRule('KNOWN_AT.INVALID', (value) => parseKnownAt(value) !== null)],
});

const durationType: ValueType = {
  schema: {
    type: 'string',
    description: 'ISO 8601 duration in years, months, weeks and days.',
    pattern: String.raw`^P(?=\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$`,
    examples: ['P3Y10M'],
  },
  expects: 'a term as an ISO 8601 duration: P3Y10M',
  rules: [IS_TEXT, textRule('TERM.INVALID', isTerm)],
};
export const IsDuration = decoratorFactory(durationType);

/** A part of a whole, such as 2/3. */
export const IsFraction = decoratorFactory({
  schema: { type: 'string', pattern: String.raw`^[1-9]\d?/[1-9]\d?$`, examples: ['2/3'] },
  expects: 'a share of at most the whole: 2/3',
  rules: [
    IS_TEXT,
    textRule('TEXT.FORM', (value) => {
      const [part, whole] = /^([1-9]\d?)\/([1-9]\d?)$/.exec(value)?.slice(1).map(Number) ?? [];
      return part !== undefined && whole !== undefined && part <= whole;
    }),
  ],
});

/** The term of a sentence as a duration, or UNREPORTED where no source reports it. */
export const IsDurationOrUnknown = decoratorFactory({
  schema: { anyOf: [durationType.schema, { type: 'string', const: UNREPORTED }] },
  expects: `${durationType.expects}, or ${UNREPORTED}`,
  rules: [IS_TEXT, textRule('TERM.INVALID', (value) => value === UNREPORTED || isTerm(value))],
});

export const IsBoolean = decoratorFactory({
  schema: { type: 'boolean' },
  expects: 'true or false',
  rules: [{ code: 'FIELD.WRONG_KIND', isValid: (value) => typeof value === 'boolean' }],
});

export const IsInteger = (from: number, to: number, options: TypeOptions = {}): PropertyDecorator =>
  typeDecorator(integerType(from, to), options);

const integerType = (from: number, to: number): ValueType => ({
  schema: { type: 'integer', minimum: from, maximum: to },
  expects: `a whole number from ${from} to ${to}`,
  rules: [
    { code: 'FIELD.WRONG_KIND', isValid: (value) => typeof value === 'number' },
    { code: 'NUMBER.RANGE', isValid: (value) => isInt(value) && min(value, from) && max(value, to) },
  ],
  parse: (value) => (/^\d{1,16}$/.test(value) ? Number(value) : value),
});

export const IsOneOf = (values: readonly string[], options: TypeOptions = {}): PropertyDecorator =>
  typeDecorator(oneOfType(values), options);

const oneOfType = (values: readonly string[]): ValueType => ({
  schema: { type: 'string', enum: values },
  expects: `one of ${values.join(', ')}`,
  rules: [IS_TEXT, { code: 'VALUE.UNKNOWN', isValid: (value) => isIn(value, values) }],
});

/** The corrected fields of an event, by name. Their values are checked in read-correction.ts, once the type of the event is known. */
export const IsCorrectedFields = decoratorFactory({
  schema: { type: 'object', minProperties: 1 },
  expects: 'the fields that are wrong, each with the value that it should have: {"occurredOn": "2025-08-10"}',
  rules: [
    {
      code: 'FIELD.WRONG_KIND',
      isValid: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    },
    { code: 'CORRECTION.EMPTY', isValid: (value) => Object.keys(value as object).length > 0 },
  ],
});

/** An object of a class that has decorators itself. */
export const IsObjectOf = (type: Constructor, options: TypeOptions = {}): PropertyDecorator =>
  typeDecorator(objectType(type), options);

const objectType = (type: Constructor): ValueType => ({
  schema: {},
  expects: 'an object',
  rules: [{ code: 'FIELD.WRONG_KIND', isValid: (value) => value instanceof type }],
  nestedClass: type,
});

/** An array without duplicates. A wrong text or number is reported at the array, an error inside an object at its field. */
const arrayType = (item: ValueType, least: number, most: number): ValueType => ({
  schema: {
    ...arraySchema(item),
    minItems: least,
    maxItems: most,
    uniqueItems: true,
  },
  expects: `an array of ${least} to ${most}: ${item.expects}`,
  rules: [
    { code: 'FIELD.WRONG_KIND', isValid: Array.isArray },
    itemsRule('ARRAY.LENGTH', (items) => items.length >= least && items.length <= most),
    ...item.rules.map(({ code, isValid, expects }) => ({
      ...itemsRule(code, (items) => items.every(isValid)),
      expects: `each: ${expects ?? item.expects}`,
    })),
    itemsRule('ARRAY.DUPLICATE', areDistinct),
  ],
  ...(item.nestedClass === undefined ? {} : { nestedClass: item.nestedClass }),
  ...(item.normalise === undefined ? {} : { normalise: item.normalise }),
});

/** A fixed word that stands for all values, or an array of one-line texts. */
export const IsWordOrTexts = (
  word: string,
  limit: number,
  { min: least, max: most }: { readonly min: number; readonly max: number },
  options: TypeOptions = {},
): PropertyDecorator => typeDecorator(typeAllowingWord(word, arrayType(textType(limit, false), least, most)), options);

const typeAllowingWord = (word: string, { schema, expects, rules }: ValueType): ValueType => ({
  schema: { anyOf: [{ type: 'string', const: word }, schema] },
  expects: `${word}, or ${expects}`,
  rules: rules.map((rule) => ({ ...rule, isValid: (value) => value === word || rule.isValid(value) })),
});

/** The number of values of a parameter that may be repeated, such as a filter. */
export const REPEATED_PARAMETER_BOUNDS = { min: 1, max: LIMITS.alternatives } as const;

const areDistinct = (items: readonly unknown[]): boolean => {
  try {
    return new Set(items.map((value) => JSON.stringify(value))).size === items.length;
  } catch {
    // JSON.stringify overflowed the stack. No item type nests so deep, so another rule refuses the value.
    return true;
  }
};

const itemsRule = (code: FieldErrorCode, holds: (items: readonly unknown[]) => boolean): ValueRule => ({
  code,
  isValid: (value) => Array.isArray(value) && holds(value),
});

/**
 * A rule about several fields of an object. Errors are reported at the field `at` (empty: the object), and only if every field is valid
 * by itself. Put it on a field that the class itself declares, not on an inherited one: class-validator drops the inherited rules
 * of a field that a subclass decorates. Use a code once per field.
 */
export const ObjectRule =
  <T extends object>(
    code: FieldErrorCode,
    at: string,
    expects: string,
    holds: (object: T) => boolean,
  ): PropertyDecorator =>
  (target, key) => {
    declareObjectRule(target, (object) => holds(object as T));
    ValidateBy(
      {
        name: code,
        validator: { validate: (_, args) => holds(args?.object as T), defaultMessage: () => expects },
      },
      { context: { at } satisfies ObjectRuleErrorContext },
    )(target, key);
  };

/** The class-validator context of an ObjectRule. */
export interface ObjectRuleErrorContext {
  readonly at: string;
}

/**
 * Parses cells with structured values: articles, sentences, references, categories. A cell of another form is passed on as
 * it is, so that its class in schema/ refuses it with a code.
 */
import { DEFAULT_CRIMINAL_CODE, SENTENCE_KINDS } from '../domain/case/events.js';
import type { LocalName } from '../domain/list/events.js';

/** ISO 639-2 for a language that is not determined. */
export const UNDETERMINED_LANGUAGE = 'und';

/** Splits a cell at each `|`; `\|` is a bar within a part. */
export const splitCell = (cell: string): readonly string[] =>
  cell === '' ? [] : cell.split(/(?<!\\)\|/).map((part) => part.replaceAll('\\|', '|').trim());

/** The sources of a cell, each part one citation; undefined if it is empty. */
export const parseSources = (cell: string): readonly object[] | undefined =>
  cell === '' ? undefined : splitCell(cell).map((citation) => ({ kind: 'register-file', citation }));

const ARTICLE_WITH_CODE = /^([A-Z]{2}-[A-Z]{2,8})[ :]+(.+)$/;

/**
 * Articles separated by `;`, commas or spaces: `193-1.3.1; 28/220.1; AZ-OCC 70-2`. An article of another legal code than the default
 * one needs its code before it: `AZ-OCC 70-2, 57` is ambiguous and refused. A part after a comma (`234,4,3`) is taken for an article, and
 * refused as one that people are not charged under.
 */
export const parseArticles = (cell: string): readonly object[] | undefined =>
  cell === '' ? undefined : cell.split(';').flatMap(parseArticleGroup);

const parseArticleGroup = (group: string): readonly object[] => {
  const compact = group
    .trim()
    .replace(/\s*\/\s*/g, '/')
    .replace(/([A-Z]{2}-[A-Z]{2,8})\s*:?\s+/g, '$1:');
  const pieces = compact.split(/[,\s]+/).filter((piece) => piece !== '');
  const codeCount = pieces.filter((piece) => ARTICLE_WITH_CODE.test(piece)).length;
  if (pieces.length === 0 || (codeCount > 0 && codeCount < pieces.length))
    return [{ code: DEFAULT_CRIMINAL_CODE, article: group }];
  return pieces.map(parseArticle);
};

const parseArticle = (text: string): object => {
  const [, code = DEFAULT_CRIMINAL_CODE, rest = text] = ARTICLE_WITH_CODE.exec(text) ?? [];
  const slash = rest.indexOf('/');
  const [generalPart, numbers] = slash === -1 ? [undefined, rest] : [rest.slice(0, slash), rest.slice(slash + 1)];
  const dot = numbers.indexOf('.');
  const [article, part] = dot === -1 ? [numbers, undefined] : [numbers.slice(0, dot), numbers.slice(dot + 1)];
  return { code, article, ...(part !== undefined && { part }), ...(generalPart !== undefined && { generalPart }) };
};

/** Parses a sentence: `suspended P2Y`, `fine`, `imprisonment unknown`. `P3Y10M` and `life` are imprisonment. */
export const parseSentence = (cell: string): object | undefined => {
  if (cell === '') return undefined;
  const [first = '', ...rest] = cell.split(/\s+/);
  const hasKind = (SENTENCE_KINDS as readonly string[]).includes(first);
  const kind = hasKind ? first : 'imprisonment';
  const term = hasKind ? rest.join(' ') : cell;
  return { kind, ...(term === 'life' ? { life: true } : term !== '' && { term }) };
};

/** Parses a reference with its list: `union:AZ-0137`. The first colon separates them, since the id of a list has none. */
export const parseReference = (text: string): { readonly list: string; readonly reference?: string } => {
  const colon = text.indexOf(':');
  return colon === -1 ? { list: text } : { list: text.slice(0, colon).trim(), reference: text.slice(colon + 1).trim() };
};

export interface NamedCategory {
  readonly id: string;
  readonly name: LocalName;
}

/** Finds a category by its id or its name in any language; undefined where none or several match. */
export const findCategory = (cell: string, categories: readonly NamedCategory[]): NamedCategory | undefined => {
  const exact = categories.find(({ id }) => id === cell);
  if (exact !== undefined) return exact;
  const key = foldedCategoryName(cell);
  const matches = categories.filter(({ id, name }) =>
    [id, ...namesOf(name)].some((word) => foldedCategoryName(word) === key),
  );
  return matches.length === 1 ? matches[0] : undefined;
};

const namesOf = ({ az, en, ru }: LocalName): readonly string[] => [az, en, ru].filter((word) => word !== undefined);

/** Folds case (with the Turkic i), Unicode composition, white space and dashes, so that spellings of one name compare equal. */
const foldedCategoryName = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[İIı]/g, 'i')
    .toLowerCase()
    .replace(/[\s\p{Dash_Punctuation}]+/gu, ' ')
    .trim();

/** The most categories that an error message lists, to bound its length. */
const MAX_LISTED_CATEGORIES = 50;

export const expectedCategoryText = (categories: readonly NamedCategory[]): string => {
  const named = categories.slice(0, MAX_LISTED_CATEGORIES).map(({ id, name }) => {
    const names = [...new Set(namesOf(name))];
    return names.length === 0 ? id : `${id} (${names.join(', ')})`;
  });
  return `one of the categories ${named.join('; ')}${categories.length > MAX_LISTED_CATEGORIES ? '; …' : ''}`;
};

/** An empty cell is an unknown value, which is an absent field. */
export const undefinedIfEmpty = (cell: string): string | undefined => (cell === '' ? undefined : cell);

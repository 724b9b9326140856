/**
 * Values that stand in one cell and have parts: articles, sentences, names, references, sources. What is of no such form goes
 * on as it is, for its class in schema/ to refuse.
 */
import { DEFAULT_CODE, SENTENCE_KINDS } from '../domain/case/events.js';
import type { LocalName } from '../domain/list/events.js';

/** Several values of a cell are parted by `|`; `\|` is a bar within one. */
export const partsOf = (cell: string): readonly string[] =>
  cell === '' ? [] : cell.split(/(?<!\\)\|/).map((part) => part.replaceAll('\\|', '|').trim());

const CODED = /^([A-Z]{2}-[A-Z]{2,8})[ :]+(.+)$/;

/**
 * `193-1.3.1; 28/220.1; AZ-OCC 70-2`, parted by `;`, commas or spaces. A code stands before each article that it is the code
 * of: where commas or spaces leave open whether it goes on, the cell is wrong.
 */
export const parseArticles = (cell: string): readonly object[] | undefined =>
  cell === '' ? undefined : cell.split(';').flatMap(articlesOfGroup);

const articlesOfGroup = (group: string): readonly object[] => {
  const tight = group
    .trim()
    .replace(/\s*\/\s*/g, '/')
    .replace(/([A-Z]{2}-[A-Z]{2,8})\s*:?\s+/g, '$1:');
  const pieces = tight.split(/[,\s]+/).filter((piece) => piece !== '');
  const coded = pieces.filter((piece) => CODED.test(piece)).length;
  if (pieces.length === 0 || (coded > 0 && coded < pieces.length)) return [{ code: DEFAULT_CODE, article: group }];
  return pieces.map(articleOf);
};

const articleOf = (text: string): object => {
  const [, code = DEFAULT_CODE, rest = text] = CODED.exec(text) ?? [];
  const slash = rest.indexOf('/');
  const [generalPart, own] = slash === -1 ? [undefined, rest] : [rest.slice(0, slash), rest.slice(slash + 1)];
  const dot = own.indexOf('.');
  const [article, part] = dot === -1 ? [own, undefined] : [own.slice(0, dot), own.slice(dot + 1)];
  return { code, article, ...(part !== undefined && { part }), ...(generalPart !== undefined && { generalPart }) };
};

/** `P3Y10M` and `life` are imprisonment; `suspended P2Y`, `fine`, `imprisonment unknown`, `unknown`. */
export const parseSentence = (cell: string): object | undefined => {
  if (cell === '') return undefined;
  const [first = '', ...rest] = cell.split(/\s+/);
  const named = (SENTENCE_KINDS as readonly string[]).includes(first);
  const kind = named ? first : 'imprisonment';
  const term = named ? rest.join(' ') : cell;
  return { kind, ...(term === 'life' ? { life: true } : term !== '' && { term }) };
};

/** `union:AZ-0137`. A reference may have a colon in it, a list may not. */
export const referenceOf = (text: string): { readonly list: string; readonly reference?: string } => {
  const colon = text.indexOf(':');
  return colon === -1 ? { list: text } : { list: text.slice(0, colon).trim(), reference: text.slice(colon + 1).trim() };
};

/** A category of a list, as a cell may name it. */
export interface NamedCategory {
  readonly id: string;
  readonly name: LocalName;
}

/** The category that a cell names by its id or by its name in any language; undefined where none or several are so called. */
export const findCategory = (cell: string, categories: readonly NamedCategory[]): NamedCategory | undefined => {
  const exact = categories.find(({ id }) => id === cell);
  if (exact !== undefined) return exact;
  const asked = folded(cell);
  const found = categories.filter(({ id, name }) => [id, ...wordsOf(name)].some((word) => folded(word) === asked));
  return found.length === 1 ? found[0] : undefined;
};

const wordsOf = ({ az, en, ru }: LocalName): readonly string[] => [az, en, ru].filter((word) => word !== undefined);

/** What does not tell two names apart: case (the Turkic i too), composition, white space, dashes. */
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[İIı]/g, 'i')
    .toLowerCase()
    .replace(/[\s\p{Dash_Punctuation}]+/gu, ' ')
    .trim();

/** Names in a message: a list has a dozen categories, and a message is no book. */
const MOST_NAMED = 50;

export const expectedCategory = (categories: readonly NamedCategory[]): string => {
  const named = categories.slice(0, MOST_NAMED).map(({ id, name }) => {
    const words = [...new Set(wordsOf(name))];
    return words.length === 0 ? id : `${id} (${words.join(', ')})`;
  });
  return `one of the categories ${named.join('; ')}${categories.length > MOST_NAMED ? '; …' : ''}`;
};

/** Articles that a clause names, against the articles of a conviction. */
import { DEFAULT_CRIMINAL_CODE } from '../case/events.js';

/** The article in the form of `articleText`: without the default code, or with another code and a colon. */
const storedForm = (article: string): string => article.replace(/[ :]/, ':').replace(`${DEFAULT_CRIMINAL_CODE}:`, '');

/** The article without the article of the general part before it: `220.1` for `28/220.1`. */
export const withoutGeneralPart = (article: string): string => article.replace(/[^:/]*\//, '');

/**
 * Whether an article of a conviction is the one that a clause names, or a part of it: `234` stands for `234.4` but not for `2340`. One
 * that is named without the general part also stands for preparation, attempt and complicity: `220` for `28/220.1`.
 */
export const matchesNamedArticle = (article: string, named: string): boolean => {
  const name = storedForm(named);
  const text = name.includes('/') ? article : withoutGeneralPart(article);
  return text === name || text.startsWith(`${name}.`);
};

/** Whether the name `other` covers every article that `name` covers. */
export const isArticleNameCoveredBy = (name: string, other: string): boolean =>
  matchesNamedArticle(storedForm(name), other);

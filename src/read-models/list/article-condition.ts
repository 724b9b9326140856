import { DEFAULT_CRIMINAL_CODE } from '../../domain/case/events.js';
import type { SqlCondition } from './sql-condition.js';

/**
 * Finds periods with an article (in their JSON) that is equal to one of the filter or begins with it and a dot: 234 matches
 * 234.4 but not 2340. An article of the filter without a general part (`28/`) also matches stored ones with it: 220 matches 28/220.1;
 * only rows that contain a slash are parsed for that.
 */
export const articleCondition = (article: readonly string[]): SqlCondition => {
  const found = article.map((given, index) => {
    const text = toStoredArticle(given);
    const quoted = JSON.stringify(text);
    const values = { [`article${index}`]: quoted, [`part${index}`]: `${quoted.slice(0, -1)}.` };
    const direct = `instr(p.articles, @article${index}) OR instr(p.articles, @part${index})`;
    if (text.includes('/')) return { text: direct, values };
    return {
      text: `${direct} OR (instr(p.articles, '/') AND EXISTS (SELECT 1 FROM json_each(p.articles) a
        WHERE ${WITHOUT_GENERAL_PART} = @plain${index} OR instr(${WITHOUT_GENERAL_PART}, @plain${index} || '.') = 1))`,
      values: { ...values, [`plain${index}`]: text },
    };
  });
  return {
    text: `(${found.map(({ text }) => text).join(' OR ') || 'FALSE'})`,
    values: Object.assign({}, ...found.map(({ values }) => values)) as SqlCondition['values'],
  };
};

/**
 * The head of an article in a filter: the text before its first dot. The filter finds only stored articles that have this head too.
 */
export const headOfFilterArticle = (article: string): string => headOf(toStoredArticle(article));

/** The heads of stored articles, of each with and without its general part. */
export const headsOfStoredArticles = (articles: readonly string[]): readonly string[] => [
  ...new Set(articles.flatMap((article) => [headOf(article), headOf(withoutGeneralPart(article))])),
];

const headOf = (article: string): string => article.split('.', 1)[0] ?? '';

const withoutGeneralPart = (article: string): string => {
  const slash = article.indexOf('/');
  return slash < 0 ? article : article.slice(0, article.indexOf(':') + 1) + article.slice(slash + 1);
};

/** The article as it is stored: the default criminal code is omitted, any other is followed by a colon. */
const toStoredArticle = (article: string): string =>
  article.replace(/[ :]/, ':').replace(`${DEFAULT_CRIMINAL_CODE}:`, '');

const WITHOUT_GENERAL_PART = `CASE WHEN instr(a.value, '/')
  THEN substr(a.value, 1, instr(a.value, ':')) || substr(a.value, instr(a.value, '/') + 1) ELSE a.value END`;

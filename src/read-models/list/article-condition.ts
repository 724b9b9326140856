import { DEFAULT_CODE } from '../../domain/case/events.js';
import type { SqlCondition } from './sql-condition.js';

/**
 * Matches in the JSON of articles: an equal text, or a prefix up to a part: 234 matches 234.4 but not 2340. An article
 * without a general part also matches those with one: 220 matches 28/220.1; only rows that contain a slash are parsed
 * for that.
 */
export const articleCondition = (article: readonly string[]): SqlCondition => {
  const found = article.map((given, index) => {
    const text = storedArticle(given);
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
 * The head of an article (what stands before its first dot) as it is filtered by: a filter finds only articles of which it is one of the
 * heads.
 */
export const articleHead = (article: string): string => headOf(storedArticle(article));

/** The heads of articles as they are stored: of each as it is, and without its general part. */
export const articleHeads = (articles: readonly string[]): readonly string[] => [
  ...new Set(articles.flatMap((article) => [headOf(article), headOf(withoutGeneralPart(article))])),
];

const headOf = (article: string): string => article.split('.', 1)[0] ?? '';

const withoutGeneralPart = (article: string): string => {
  const slash = article.indexOf('/');
  return slash < 0 ? article : article.slice(0, article.indexOf(':') + 1) + article.slice(slash + 1);
};

/** As stored: the default code is omitted, any other is followed by a colon. */
const storedArticle = (article: string): string => article.replace(/[ :]/, ':').replace(`${DEFAULT_CODE}:`, '');

const WITHOUT_GENERAL_PART = `CASE WHEN instr(a.value, '/')
  THEN substr(a.value, 1, instr(a.value, ':')) || substr(a.value, instr(a.value, '/') + 1) ELSE a.value END`;

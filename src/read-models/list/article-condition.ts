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

/** As stored: the default code is omitted, any other is followed by a colon. */
const storedArticle = (article: string): string => article.replace(/[ :]/, ':').replace(`${DEFAULT_CODE}:`, '');

const WITHOUT_GENERAL_PART = `CASE WHEN instr(a.value, '/')
  THEN substr(a.value, 1, instr(a.value, ':')) || substr(a.value, instr(a.value, '/') + 1) ELSE a.value END`;

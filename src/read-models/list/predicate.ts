/** SQL conditions on one period `p`: filters and list membership. */
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import { DEFAULT_CODE } from '../../domain/case/events.js';
import { CONVICTED_STAGE, HELD_CUSTODIES } from '../../domain/case/state.js';
import { toNfc } from '../../domain/text.js';
import { parseDay, type Day } from '../../domain/time.js';
import type { Filters } from './filters.js';
import { STILL_KNOWN, type SqlValue } from '../table.js';

/** An SQL condition with the values of its named parameters. */
export interface SqlCondition {
  readonly text: string;
  readonly values: Readonly<Record<string, SqlValue>>;
}

/** The list, day and position of a query. `list` is empty for the register as a whole. */
export interface Scope {
  readonly list: string;
  readonly day: Day;
  /** The position up to which events are known; `isCurrent` if that is the last one. */
  readonly knownAt: number;
  readonly isCurrent: boolean;
}

export const scopeOf = (list: string, day: Day, known: number, position: number): Scope => ({
  list,
  day,
  knownAt: known,
  isCurrent: known === position,
});

/** Parses an ISO 8601 day that was validated before. Throws RangeError. */
export const requireDay = (text: string): Day => {
  const day = parseDay(text);
  if (day === null) throw new RangeError('no day');
  return day;
};

export const scopeValues = ({ list, day, knownAt: known }: Scope): SqlCondition['values'] => ({ list, day, known });

/** Selects row versions believed at the position. For the current state it is written to match the partial indexes. */
export const versionCondition = (alias: string, { isCurrent: now }: Scope): string =>
  now ? `${alias}.known_to = ${STILL_KNOWN}` : `${alias}.known_from <= @known AND @known < ${alias}.known_to`;

/** Selects row versions that are believed at the position and valid on the day. */
export const validCondition = (alias: string, scope: Scope): string =>
  `${alias}.from_day <= @day AND @day < ${alias}.to_day AND ${versionCondition(alias, scope)}`;

/** Members of a list: recognised, in a custody that the policy of the day names. */
export const memberConditions = (definition: ListDefinition, day: Day): readonly SqlCondition[] => [
  { text: "p.recognition = 'recognised'", values: {} },
  isOneOf('policy', 'p.custody', policyOn(definition, day).custody),
];

/** The list has judged the case. */
export const isJudged: SqlCondition = { text: "p.recognition <> 'none'", values: {} };

const isOneOf = (name: string, column: string, values: readonly string[]): SqlCondition => {
  const named = values.map((value, index) => [`${name}${index}`, value] as const);
  return { text: `${column} IN (${named.map(([key]) => `@${key}`).join(', ')})`, values: Object.fromEntries(named) };
};

const equals = (name: string, value: string): SqlCondition => ({
  text: `p.${name} = @${name}`,
  values: { [name]: value },
});

/** Conditions for all filters except certainty, which applies to people and not to periods. */
export const filterConditions = (filters: Filters): readonly SqlCondition[] => [
  ...(filters.category === undefined ? [] : [isOneOf('category', 'p.category', filters.category)]),
  ...(filters.custody === undefined ? [] : [isOneOf('custody', 'p.custody', filters.custody)]),
  ...(filters.proceedings === undefined ? [] : [isOneOf('proceedings', 'p.proceedings', filters.proceedings)]),
  ...(filters.stage === undefined ? [] : [{ text: `${STAGE_SQL} = @stage`, values: { stage: filters.stage } }]),
  ...(filters.article === undefined ? [] : [articleCondition(filters.article)]),
  ...(filters.facility === undefined ? [] : [equals('facility', toNfc(filters.facility))]),
  ...(filters.incident === undefined ? [] : [equals('incident', filters.incident)]),
];

const quotedList = (values: Iterable<string>): string => [...values].map((value) => `'${value}'`).join(', ');

/** Stage: convicted, held or not; else awaiting judgment if held; else null. */
export const STAGE_SQL = `CASE WHEN p.proceedings IN (${quotedList(CONVICTED_STAGE)}) THEN 'convicted'
  WHEN p.custody IN (${quotedList(HELD_CUSTODIES)}) THEN 'awaiting-judgment' END`;

/**
 * Matches in the JSON of articles: an equal text, or a prefix up to a part: 234 matches 234.4 but not 2340. An article
 * without a general part also matches those with one: 220 matches 28/220.1; only rows that contain a slash are parsed
 * for that.
 */
const articleCondition = (article: readonly string[]): SqlCondition => {
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

/** Two conditions on a period `p`: that it certainly matches, and that it may match. */
export interface Match {
  readonly certain: string;
  readonly possible: string;
  readonly values: SqlCondition['values'];
}

/** Undecided periods may match any condition; without conditions every period matches. */
export const matchOf = (conditions: readonly SqlCondition[]): Match => {
  const all = conditions.map(({ text }) => text).join(' AND ') || 'TRUE';
  const values = Object.assign({}, ...conditions.map((condition) => condition.values)) as SqlCondition['values'];
  if (conditions.length === 0) return { certain: all, possible: all, values };
  return {
    certain: `(p.undecided = 0 AND (${all}) IS TRUE)`,
    possible: `(p.undecided = 1 OR (${all}) IS TRUE)`,
    values,
  };
};

/** Filters and being on a list, as one condition on one period. */
import { policyOn, type ListDefinition } from '../../domain/list/list.js';
import { DEFAULT_CODE } from '../../domain/case/events.js';
import { CONVICTED_STAGE, HELD_CUSTODIES } from '../../domain/case/state.js';
import { toNfc } from '../../domain/text.js';
import { parseDay, type Day } from '../../domain/time.js';
import type { Filters } from '../queries.js';
import { END, type Cell } from '../table.js';

/** SQL with the values of its named parameters. */
export interface Sql {
  readonly text: string;
  readonly values: Readonly<Record<string, Cell>>;
}

/** What is asked of which rows: `list` '' means the case in itself. */
export interface Scope {
  readonly list: string;
  readonly day: Day;
  /** The position up to which the register knew; `now` where that is all it knows. */
  readonly known: number;
  readonly now: boolean;
}

export const scopeOf = (list: string, day: Day, known: number, position: number): Scope => ({
  list,
  day,
  known,
  now: known === position,
});

/** A day that its class has checked; throws RangeError for anything else. */
export const dayOf = (text: string): Day => {
  const day = parseDay(text);
  if (day === null) throw new RangeError('no day');
  return day;
};

export const scopeValues = ({ list, day, known }: Scope): Sql['values'] => ({ list, day, known });

/** Believed at the position asked about. What stands now is written so that the partial indexes serve. */
export const believed = (alias: string, { now }: Scope): string =>
  now ? `${alias}.known_to = ${END}` : `${alias}.known_from <= @known AND @known < ${alias}.known_to`;

/** Believed, and valid on the day. */
export const valid = (alias: string, scope: Scope): string =>
  `${alias}.from_day <= @day AND @day < ${alias}.to_day AND ${believed(alias, scope)}`;

/** On the list: recognised there, and in a custody that its policy of the day names. */
export const onList = (definition: ListDefinition, day: Day): readonly Sql[] => [
  { text: "p.recognition = 'recognised'", values: {} },
  among('policy', 'p.custody', policyOn(definition, day).custody),
];

/** The list has said anything. */
export const judged: Sql = { text: "p.recognition <> 'none'", values: {} };

const among = (name: string, column: string, values: readonly string[]): Sql => {
  const named = values.map((value, at) => [`${name}${at}`, value] as const);
  return { text: `${column} IN (${named.map(([key]) => `@${key}`).join(', ')})`, values: Object.fromEntries(named) };
};

const is = (name: string, value: string): Sql => ({ text: `p.${name} = @${name}`, values: { [name]: value } });

/** Every filter but certainty, which is asked of the person and not of a period. */
export const filtered = (filters: Filters): readonly Sql[] => [
  ...(filters.category === undefined ? [] : [among('category', 'p.category', filters.category)]),
  ...(filters.custody === undefined ? [] : [among('custody', 'p.custody', filters.custody)]),
  ...(filters.proceedings === undefined ? [] : [among('proceedings', 'p.proceedings', filters.proceedings)]),
  ...(filters.stage === undefined ? [] : [{ text: `${STAGE} = @stage`, values: { stage: filters.stage } }]),
  ...(filters.article === undefined ? [] : [article(filters.article)]),
  ...(filters.facility === undefined ? [] : [is('facility', toNfc(filters.facility))]),
  ...(filters.incident === undefined ? [] : [is('incident', filters.incident)]),
];

const words = (values: Iterable<string>): string => [...values].map((value) => `'${value}'`).join(', ');

/** Convicted, whether held or not; those held without it await judgment; the rest are at no stage. */
export const STAGE = `CASE WHEN p.proceedings IN (${words(CONVICTED_STAGE)}) THEN 'convicted'
  WHEN p.custody IN (${words(HELD_CUSTODIES)}) THEN 'awaiting-judgment' END`;

/**
 * In the JSON of the articles: the whole text, or its beginning up to a part: 234 finds 234.4 and not 2340. Without a general
 * part it also finds those that have one: 220 finds 28/220.1. Only rows with a slash are opened for that.
 */
const article = (asked: readonly string[]): Sql => {
  const found = asked.map((given, at) => {
    const text = articleKey(given);
    const quoted = JSON.stringify(text);
    const values = { [`article${at}`]: quoted, [`part${at}`]: `${quoted.slice(0, -1)}.` };
    const direct = `instr(p.articles, @article${at}) OR instr(p.articles, @part${at})`;
    if (text.includes('/')) return { text: direct, values };
    return {
      text: `${direct} OR (instr(p.articles, '/') AND EXISTS (SELECT 1 FROM json_each(p.articles) a
        WHERE ${WITHOUT_GENERAL_PART} = @plain${at} OR instr(${WITHOUT_GENERAL_PART}, @plain${at} || '.') = 1))`,
      values: { ...values, [`plain${at}`]: text },
    };
  });
  return {
    text: `(${found.map(({ text }) => text).join(' OR ') || 'FALSE'})`,
    values: Object.assign({}, ...found.map(({ values }) => values)) as Sql['values'],
  };
};

/** As a standing writes it: the default code is left out, another one stands before a colon. */
const articleKey = (asked: string): string => asked.replace(/[ :]/, ':').replace(`${DEFAULT_CODE}:`, '');

const WITHOUT_GENERAL_PART = `CASE WHEN instr(a.value, '/')
  THEN substr(a.value, 1, instr(a.value, ':')) || substr(a.value, instr(a.value, '/') + 1) ELSE a.value END`;

/** Two conditions on a period `p`: that it certainly matches, and that it may. */
export interface Match {
  readonly sure: string;
  readonly perhaps: string;
  readonly values: Sql['values'];
}

/** Undecided periods may match anything; with nothing asked, everything matches. */
export const matching = (conditions: readonly Sql[]): Match => {
  const all = conditions.map(({ text }) => text).join(' AND ') || 'TRUE';
  const values = Object.assign({}, ...conditions.map((condition) => condition.values)) as Sql['values'];
  if (conditions.length === 0) return { sure: all, perhaps: all, values };
  return { sure: `(p.undecided = 0 AND (${all}) IS TRUE)`, perhaps: `(p.undecided = 1 OR (${all}) IS TRUE)`, values };
};

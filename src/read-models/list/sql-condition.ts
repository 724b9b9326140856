/** Conditions of SQL statements, with the values of their parameters. */
import type { SqlValue } from '../table.js';

export interface SqlCondition {
  readonly text: string;
  /** By the names of the statement's parameters. */
  readonly values: Readonly<Record<string, SqlValue>>;
}

/** Makes the SQL condition for a value of a filter; `name` is that of the statement's parameter, or begins the names of several. */
export type ConditionBuilder<Value> = (value: Value, name: string) => SqlCondition;

export const columnOneOfCondition =
  (column: string): ConditionBuilder<readonly string[]> =>
  (values, name) => {
    const named = values.map((value, index) => [`${name}${index}`, value] as const);
    // OR instead of IN, for which SQLite would build a temporary table of the values.
    const text = `(${named.map(([key]) => `${column} = @${key}`).join(' OR ') || 'FALSE'})`;
    return { text, values: Object.fromEntries(named) };
  };

export const columnEqualsCondition =
  (column: string): ConditionBuilder<string> =>
  (value, name) => ({ text: `${column} = @${name}`, values: { [name]: value } });

/**
 * A LIMIT by a parameter (`?` or `@name`) whose value SQLite does not use for the query plan. With a bare parameter it does, and prepares
 * the statement anew whenever parameters are bound, which takes longer than many a query.
 */
export const stableLimit = (parameter: string): string => `LIMIT (${parameter} + 0)`;

/**
 * Bounds a query by a parameter, `?` or `@name`, without letting SQLite plan it by the bound, as it would for a bare parameter: it then
 * prepares the statement anew whenever parameters are bound, which takes longer than many a query.
 */
export const stableLimit = (parameter: string): string => `LIMIT (${parameter} + 0)`;

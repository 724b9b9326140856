/**
 * Puts an apostrophe before texts that a spreadsheet would evaluate as a formula. Texts that look escaped are escaped
 * too, so that unescaping restores every text.
 */

/** Characters that begin a formula in some spreadsheet (OWASP, CSV injection); the last four are full-width forms. */
const FORMULA_START = '[=+\\-@\\t\\r\\n＝＋－＠]';
const LOOKS_LIKE_FORMULA = new RegExp(`^'*${FORMULA_START}`);
const LOOKS_ESCAPED = new RegExp(`^'+${FORMULA_START}`);

export const escapeFormula = (text: string): string => (LOOKS_LIKE_FORMULA.test(text) ? `'${text}` : text);

export const unescapeFormula = (cell: string): string => (LOOKS_ESCAPED.test(cell) ? cell.slice(1) : cell);

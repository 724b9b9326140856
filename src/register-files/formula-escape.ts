/**
 * The mark that keeps a spreadsheet from taking a text for a formula: an apostrophe before it. What could be mistaken for a
 * marked text is marked too, so that taking the mark off gives every text back letter for letter.
 */

/** How a formula begins for one spreadsheet or another (OWASP, CSV injection); the last four are the wide forms of the first. */
const BEGINS = '[=+\\-@\\t\\r\\n＝＋－＠]';
const DANGEROUS = new RegExp(`^'*${BEGINS}`);
const MARKED = new RegExp(`^'+${BEGINS}`);

export const escapeFormula = (text: string): string => (DANGEROUS.test(text) ? `'${text}` : text);

export const unescapeFormula = (cell: string): string => (MARKED.test(cell) ? cell.slice(1) : cell);

/** What is expected of a cell, where schema/ says it of the JSON that the cell stands for. */

const SENTENCE =
  'a sentence: P3Y10M, life, suspended P2Y, restriction P1Y or fine; unknown, or imprisonment unknown, where nobody reported it';
const ARTICLES = 'articles, each once: 234.4.3; 28/220.1; AZ-OCC 70-2';

/** By field: values that stand in one cell and are objects or arrays in JSON. */
const IN_A_CELL: ReadonlyMap<string, string> = new Map([
  ['names', 'a name; several are parted by |'],
  ['name', 'a name'],
  ['references', 'list:reference; several are parted by |'],
  ['articles', ARTICLES],
  ['sentence', SENTENCE],
  ['newSentence', SENTENCE],
  ['replacement', SENTENCE],
  ['criteria', 'a letter and its reason (e: no witness was heard); several are parted by |'],
  ['sources', 'a source; several are parted by |'],
]);

const SENTENCES: ReadonlySet<string> = new Set(['sentence', 'newSentence', 'replacement']);

/** The expectation of a value at a pointer, in the words of the cell. */
export const cellExpectation = (pointer: string, expected: string): string => {
  const [, field = '', ...further] = pointer.split('/');
  if (expected === 'true or false') return 'yes or no';
  const whole = further.length === 0 || SENTENCES.has(field);
  return (whole ? IN_A_CELL.get(field) : undefined) ?? expected;
};

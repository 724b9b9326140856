/** Rewords the expectations of schema/, which are about JSON values, for the cells that have these values. */

const SENTENCE_EXPECTATION =
  'a sentence: P3Y10M, life, suspended P2Y, restriction P1Y or fine; unknown, or imprisonment unknown, where nobody reported it';
const ARTICLES_EXPECTATION = 'articles, each once: 234.4.3; 28/220.1; AZ-OCC 70-2';

/** By field: values that are an object or an array in JSON and one cell in a file. */
const EXPECTATION_OF_FIELD: ReadonlyMap<string, string> = new Map([
  ['names', 'a name; several are separated by |'],
  ['name', 'a name'],
  ['references', 'list:reference; several are separated by |'],
  ['articles', ARTICLES_EXPECTATION],
  ['sentence', SENTENCE_EXPECTATION],
  ['newSentence', SENTENCE_EXPECTATION],
  ['replacement', SENTENCE_EXPECTATION],
  ['criteria', 'a letter and its reason (e: no witness was heard); several are separated by |'],
  ['sources', 'a source; several are separated by |'],
]);

const SENTENCE_FIELDS: ReadonlySet<string> = new Set(['sentence', 'newSentence', 'replacement']);

/** `pointer` is a JSON pointer into the event, `expected` the expectation of schema/. */
export const cellExpectation = (pointer: string, expected: string): string => {
  const [, field = '', ...further] = pointer.split('/');
  if (expected === 'true or false') return 'yes or no';
  const isWholeCell = further.length === 0 || SENTENCE_FIELDS.has(field);
  return (isWholeCell ? EXPECTATION_OF_FIELD.get(field) : undefined) ?? expected;
};

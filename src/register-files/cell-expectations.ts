/** Rewords the `expected` texts of the errors of schema/, which describe JSON values, so that they describe cells. */

const SENTENCE_EXPECTATION =
  'a sentence: P3Y10M, life, suspended P2Y, restriction P1Y or fine; unknown, or imprisonment unknown, where nobody reported it';
const ARTICLES_EXPECTATION = 'articles, each once: 234.4.3; 28/220.1; AZ-OCC 70-2';

/** By event field: the text for values that are an object or an array in JSON and one cell in a file. */
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

/** `pointer` is the JSON pointer of the wrong value in the event, `expected` the text that schema/ gives for it. */
export const cellExpectation = (pointer: string, expected: string): string => {
  const [, field = '', ...further] = pointer.split('/');
  if (expected === 'true or false') return 'yes or no';
  const isWholeCell = further.length === 0 || SENTENCE_FIELDS.has(field);
  return (isWholeCell ? EXPECTATION_OF_FIELD.get(field) : undefined) ?? expected;
};

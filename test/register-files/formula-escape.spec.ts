import fc from 'fast-check';
import { escapeFormula, unescapeFormula } from '../../src/register-files/formula-escape.js';
import { assertProperty } from '../support/property.js';

/** EncodingCheck of which many begin as formulas and marks do. */
const text = fc
  .tuple(
    fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '＝', ' ', 'a'), maxLength: 4 }),
    fc.string(),
  )
  .map((parts) => parts.join(''));

describe('the mark before what looks like a formula', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠a'])(
    'stands before %j',
    (formula) => {
      expect(escapeFormula(formula)).toBe(`'${formula}`);
    },
  );

  it.each(['Elçin', '1-2', ' =1', "'Abbas", 'a=1', '', "''"])('does not stand before %j', (harmless) => {
    expect(escapeFormula(harmless)).toBe(harmless);
    expect(unescapeFormula(harmless)).toBe(harmless);
  });

  it('comes off again, and gives every text back letter for letter', () => {
    assertProperty(
      fc.property(text, (any) => {
        expect(unescapeFormula(escapeFormula(any))).toBe(any);
      }),
      2_000,
    );
  });

  it('leaves nothing that a spreadsheet would take for a formula', () => {
    assertProperty(
      fc.property(text, (any) => {
        expect(escapeFormula(any)).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }),
      2_000,
    );
  });
});

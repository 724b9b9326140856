import fc from 'fast-check';

/**
 * How often a property is tried. A mutation run tries each of a thousand mutants and asks for fewer (PROPERTY_RUNS),
 * and for the first failure instead of the smallest.
 */
const { PROPERTY_RUNS } = process.env;
const few = PROPERTY_RUNS === undefined ? null : Number(PROPERTY_RUNS);

/** Holds a property for `numRuns` arbitrary inputs; a failure prints the seed that repeats it. */
export const assertProperty = <T>(property: fc.IProperty<T>, numRuns = 100): void => {
  fc.assert(property, few === null ? { numRuns } : { numRuns: Math.min(few, numRuns), endOnFailure: true, seed: 1 });
};

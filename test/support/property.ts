import fc from 'fast-check';

/** Mutation testing runs the suite once for each of a thousand mutants: it limits the runs of a property and skips shrinking. */
const { PROPERTY_RUNS } = process.env;
const maxRuns = PROPERTY_RUNS === undefined ? null : Number(PROPERTY_RUNS);

/** A failure prints the seed that reproduces it. */
export const assertProperty = <T>(property: fc.IProperty<T>, numRuns = 100): void => {
  fc.assert(
    property,
    maxRuns === null ? { numRuns } : { numRuns: Math.min(maxRuns, numRuns), endOnFailure: true, seed: 1 },
  );
};

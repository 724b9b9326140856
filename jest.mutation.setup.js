// A mutant is dead with the first counterexample; looking for the smallest would only cost time.
import fc from 'fast-check';

fc.configureGlobal({ endOnFailure: true });

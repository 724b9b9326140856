/** The specs of all mutated code, for mutation testing. */
import { runTogether, specFiles } from './support/together.js';

runTogether(specFiles().filter((file) => /^(domain\/.*|read-models\/.*\/rows)\.spec\.ts$/.test(file)));

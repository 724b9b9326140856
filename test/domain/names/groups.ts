/** Groups of spellings of one name, and pairs of different names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Groups {
  readonly sameName: readonly (readonly string[])[];
  readonly differentNames: readonly (readonly [string, string])[];
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(__dirname, '../../fixtures/names', file), 'utf8'));

export const names = read('names.json') as Groups;

/** Written before the folding was tuned. */
export const ownGroups = read('own-groups.json') as Groups & {
  readonly sameFullName: readonly (readonly string[])[];
  readonly differentFullNames: readonly (readonly [string, string])[];
};

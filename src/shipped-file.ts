/** Files that come with the package. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Found by the `imports` of package.json, wherever the package is installed and whichever build this module is part of. */
const PACKAGE_FOLDER = dirname(createRequire(import.meta.url).resolve('#package'));

/** The absolute path of a file or folder of the package: `demo`, `reference-data/gravity.json`. */
export const shippedFile = (path: string): string => join(PACKAGE_FOLDER, path);

/** How grave offences are, unless a setting names another file. */
export const GRAVITY_FILE = shippedFile('reference-data/gravity.json');

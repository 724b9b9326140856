/** Settings of every service and command that the bench runs. */
import { fileURLToPath } from 'node:url';

export const ENVIRONMENT = {
  // The compiled bench has the service a folder deeper than dist/, from where it would look for the file that comes with it.
  HABEAS_GRAVITY: fileURLToPath(new URL('../../reference-data/gravity.json', import.meta.url)),
};

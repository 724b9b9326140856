/** The reasons for which people leave a list, as movements name them. */
import { RELEASE_REASONS } from '../case/events.js';
import { CUSTODIES, RECOGNITIONS } from '../case/state.js';

/** Event types that are themselves the reason: they end the custody without a release. */
export const EXIT_TYPES: ReadonlySet<string> = new Set(['died', 'escaped', 'wanted', 'deported', 'exchanged']);

/**
 * Every word that can be a reason: of a release, or else the event, the custody or the judgment of the list that keeps a person off it;
 * `policy` where the list changed and not the case, `undecided` where nobody can tell.
 */
export const EXIT_REASONS: ReadonlySet<string> = new Set([
  ...RELEASE_REASONS,
  'released',
  ...EXIT_TYPES,
  ...CUSTODIES,
  ...RECOGNITIONS,
  'policy',
  'undecided',
]);

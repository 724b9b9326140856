/** The reasons for which people leave a list, as movements name them. */
import { RELEASE_REASONS } from '../case/events.js';
import { CUSTODIES, RECOGNITIONS } from '../case/state.js';

/** Event types that are themselves the reason of an exit: they change the custody without a release. */
export const EXIT_EVENT_TYPES: ReadonlySet<string> = new Set(['died', 'escaped', 'wanted', 'deported', 'exchanged']);

/**
 * Every reason of an exit: that of the release, or else the event type, the custody or the recognition that keeps the person off the
 * list; `policy` if the list changed and not the case, `undecided` if nobody can tell.
 */
export const EXIT_REASONS: ReadonlySet<string> = new Set([
  ...RELEASE_REASONS,
  'released',
  ...EXIT_EVENT_TYPES,
  ...CUSTODIES,
  ...RECOGNITIONS,
  'policy',
  'undecided',
]);

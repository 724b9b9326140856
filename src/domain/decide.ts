/** The rule by which cases, lists, instruments and claims decide: only findings that the new events add can block them. */
import type { Decision, Finding } from './event.js';

/** Two findings are the same if they have one code and concern the same events. */
export const findingKey = ({ code, events }: Finding): string => [code, ...events].join(' ');

/**
 * Decides on all new events together, by the findings of the history and those of the history with the new events. Findings that the
 * history already has are ignored. A new `refuse` blocks; a new `ask` blocks unless its code is acknowledged; every other
 * new finding is returned with the accepted events.
 */
export const decideByFindings = (
  before: readonly Finding[],
  after: readonly Finding[],
  acknowledge: readonly string[],
): Decision => {
  const standing = new Set(before.map(findingKey));
  const added = after.filter((finding) => !standing.has(findingKey(finding)));
  const blocking = added.filter(
    ({ grade, code }) => grade === 'refuse' || (grade === 'ask' && !acknowledge.includes(code)),
  );
  if (blocking.length > 0) return { outcome: 'refused', findings: blocking };
  const acknowledged = [...new Set(added.filter(({ grade }) => grade === 'ask').map(({ code }) => code))].sort();
  return { outcome: 'accepted', findings: added, acknowledged };
};

/** The rule by which every kind of stream decides: only findings that the new events add can block them. */
import type { Decision, EventWithId, Finding } from './event.js';

type Events<E> = readonly EventWithId<E>[];

/** Two findings are the same if they have one code and concern the same events. */
export const findingKey = ({ code, events }: Finding): string => [code, ...events].join(' ');

/**
 * Decides on all new events together. Findings that the history already has are ignored. A new `refuse` blocks; a new `ask`
 * blocks unless its code is acknowledged; every other new finding is returned with the accepted events.
 */
export const decideByFindings = <E>(
  history: Events<E>,
  newEvents: Events<E>,
  findingsOf: (events: Events<E>) => readonly Finding[],
  acknowledge: readonly string[],
): Decision => {
  const standing = new Set(findingsOf(history).map(findingKey));
  const added = findingsOf([...history, ...newEvents]).filter((finding) => !standing.has(findingKey(finding)));
  const blocking = added.filter(
    ({ grade, code }) => grade === 'refuse' || (grade === 'ask' && !acknowledge.includes(code)),
  );
  if (blocking.length > 0) return { outcome: 'refused', findings: blocking };
  const acknowledged = [...new Set(added.filter(({ grade }) => grade === 'ask').map(({ code }) => code))].sort();
  return { outcome: 'accepted', findings: added, acknowledged };
};

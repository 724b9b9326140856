/**
 * Deciding: the findings with all new events together, less those that stood before. A new refuse refuses; a new ask
 * refuses unless its code is acknowledged; the rest go into the answer.
 */
import type { Decision, Finding } from './event.js';

/** What tells findings apart. */
export const findingKey = ({ code, events }: Finding): string => [code, ...events].join(' ');

export const decide = (
  before: readonly Finding[],
  after: readonly Finding[],
  acknowledge: readonly string[],
): Decision => {
  const stood = new Set(before.map(findingKey));
  const findings = after.filter((finding) => !stood.has(findingKey(finding)));
  const inTheWay = findings.filter(
    ({ grade, code }) => grade === 'refuse' || (grade === 'ask' && !acknowledge.includes(code)),
  );
  if (inTheWay.length > 0) return { outcome: 'refused', findings: inTheWay };
  const acknowledged = [...new Set(findings.filter(({ grade }) => grade === 'ask').map(({ code }) => code))].sort();
  return { outcome: 'accepted', findings, acknowledged };
};

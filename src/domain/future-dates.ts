/** What nobody can know yet: what happened, or was read, on a later day than today. */
import { finding } from './case/findings.js';
import type { CommonFields, Decision, Edtf, EventWithId, Finding, Source } from './event.js';
import type { CorrectedFields } from './amendments.js';
import { parseEdtf, type Day } from './time.js';

/** DATE.FUTURE for the event if any of its dates can only mean a day after `today`. */
export const futureDateFindings = (
  id: string,
  dates: readonly (Edtf | null | undefined)[],
  today: Day,
): readonly Finding[] =>
  dates.some((date) => (parseEdtf(date ?? '')?.earliest ?? today) > today) ? [finding('DATE.FUTURE', id)] : [];

/** Refuses new events if a source of one of them, or of what it corrects, was read after `today`; null otherwise. */
export const refuseFutureReadings = (
  newEvents: readonly EventWithId<CommonFields & { readonly data?: CorrectedFields }>[],
  today: Day,
): Decision | null => {
  const findings = newEvents.flatMap(({ id, event }) =>
    futureDateFindings(
      id,
      sourcesIn(event).map(({ readOn }) => readOn),
      today,
    ),
  );
  return findings.length > 0 ? { outcome: 'refused', findings } : null;
};

const sourcesIn = ({ sources, data }: CommonFields & { readonly data?: CorrectedFields }): readonly Source[] => [
  ...sources,
  ...((data?.['sources'] ?? []) as readonly Source[]),
];

/** Refuses dates of events after today: when something happened, somebody was born, or a source was read. */
import { finding } from './case/findings.js';
import type { CorrectedFields } from './amendments.js';
import type { CommonFields, Decision, Edtf, EventWithId, Finding, Source } from './event.js';
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
  newEvents: readonly EventWithId<EventOrCorrection>[],
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

/** `data`: of a correction, the fields that it corrects. */
type EventOrCorrection = CommonFields & { readonly data?: CorrectedFields };

const sourcesIn = ({ sources, data }: EventOrCorrection): readonly Source[] => [
  ...sources,
  ...((data?.['sources'] ?? []) as readonly Source[]),
];

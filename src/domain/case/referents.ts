/** Findings that depend on one event and the reference data alone, not on other events of the case. */
import type { Finding, EventWithId } from '../event.js';
import { policyOn } from '../list/list.js';
import { futureDateFindings } from '../future-dates.js';
import { mixesScripts } from '../text.js';
import { parseEdtf, type Interval } from '../time.js';
import { namesIn, type CaseEvent, type CaseEventOf } from './events.js';
import { finding } from './findings.js';
import { listIdsIn, type ReferenceData } from './reference-data.js';

export const findingsOfSingleEvents = (
  events: readonly EventWithId<CaseEvent>[],
  referenceData: ReferenceData,
): readonly Finding[] =>
  events.flatMap(({ id, event }) => {
    const when = event.occurredOn === undefined ? null : parseEdtf(event.occurredOn);
    const born = 'born' in event ? event.born : null;
    return [
      ...futureDateFindings(id, [event.occurredOn, born], referenceData.today),
      ...listIdsIn(event).flatMap((list) => (referenceData.lists.has(list) ? [] : [finding('LIST.UNKNOWN', id)])),
      ...(namesIn(event).some(({ text }) => mixesScripts(text)) ? [finding('NAME.MIXED_SCRIPT', id)] : []),
      ...('category' in event ? categoryFindings(id, event, when, referenceData) : []),
      ...(event.type === 'pardoned' || event.type === 'amnestied'
        ? appliedInstrumentFindings(id, event, when, referenceData)
        : []),
    ];
  });

const categoryFindings = (
  id: string,
  event: CaseEventOf<'recognised' | 'recategorised'>,
  when: Interval | null,
  referenceData: ReferenceData,
): readonly Finding[] => {
  const list = referenceData.lists.get(event.list);
  if (list === undefined) return [];
  const needsCriteria = when !== null && event.type === 'recognised' && policyOn(list, when.earliest).paceRequired;
  return [
    ...(list.categories.has(event.category) ? [] : [finding('CATEGORY.UNKNOWN', id)]),
    ...(needsCriteria && (event.criteria ?? []).length === 0 ? [finding('RECOGNITION.CRITERIA_REQUIRED', id)] : []),
  ];
};

const appliedInstrumentFindings = (
  id: string,
  event: CaseEventOf<'pardoned' | 'amnestied'>,
  when: Interval | null,
  referenceData: ReferenceData,
): readonly Finding[] => {
  const instrument = referenceData.instruments.get(event.type === 'pardoned' ? event.decree : event.act);
  if (instrument === undefined) return [finding('INSTRUMENT.UNKNOWN', id)];
  if ((instrument.kind === 'pardon-decree') !== (event.type === 'pardoned'))
    return [finding('INSTRUMENT.WRONG_KIND', id)];
  const inForce = parseEdtf(instrument.inForce ?? instrument.issued ?? '');
  const windowEnd = parseEdtf(instrument.windowEnd ?? '');
  const clause = event.type === 'amnestied' ? event.clause : undefined;
  return [
    ...(clause === undefined || instrument.clauses.includes(clause) ? [] : [finding('INSTRUMENT.CLAUSE_UNKNOWN', id)]),
    ...(when !== null && inForce !== null && when.latest < inForce.earliest
      ? [finding('INSTRUMENT.NOT_IN_FORCE', id)]
      : []),
    ...(when !== null && windowEnd !== null && when.earliest > windowEnd.latest
      ? [finding('INSTRUMENT.WINDOW_CLOSED', id)]
      : []),
  ];
};

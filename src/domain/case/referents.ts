/** Findings about an event by itself: its day, its names, and the list, category or instrument that it refers to. */
import type { Finding, EventWithId } from '../event.js';
import { policyOn } from '../list/list.js';
import { mixesScripts } from '../text.js';
import { parseEdtf, type Interval } from '../time.js';
import type { CaseEvent, CaseEventOf, Name } from './events.js';
import { finding } from './findings.js';
import { listIdsIn, type ReferenceData } from './reference-data.js';

export const findingsOfSingleEvents = (
  events: readonly EventWithId<CaseEvent>[],
  given: ReferenceData,
): readonly Finding[] =>
  events.flatMap(({ id, event }) => {
    const when = event.occurredOn === undefined ? null : parseEdtf(event.occurredOn);
    return [
      ...(when !== null && when.earliest > given.today ? [finding('DATE.FUTURE', id)] : []),
      ...listIdsIn(event).flatMap((list) => (given.lists.has(list) ? [] : [finding('LIST.UNKNOWN', id)])),
      ...(namesIn(event).some(({ text }) => mixesScripts(text)) ? [finding('NAME.MIXED_SCRIPT', id)] : []),
      ...('category' in event ? aboutCategory(id, event, when, given) : []),
      ...(event.type === 'pardoned' || event.type === 'amnestied' ? aboutInstrument(id, event, when, given) : []),
    ];
  });

const namesIn = (event: CaseEvent): readonly Name[] => {
  if (event.type === 'opened') return event.names;
  return event.type === 'named' ? [event.name] : [];
};

const aboutCategory = (
  id: string,
  event: CaseEventOf<'recognised' | 'recategorised'>,
  when: Interval | null,
  given: ReferenceData,
): readonly Finding[] => {
  const list = given.lists.get(event.list);
  if (list === undefined) return [];
  const demanded = when !== null && event.type === 'recognised' && policyOn(list, when.earliest).paceRequired;
  return [
    ...(list.categories.has(event.category) ? [] : [finding('CATEGORY.UNKNOWN', id)]),
    ...(demanded && (event.criteria ?? []).length === 0 ? [finding('RECOGNITION.CRITERIA_REQUIRED', id)] : []),
  ];
};

const aboutInstrument = (
  id: string,
  event: CaseEventOf<'pardoned' | 'amnestied'>,
  when: Interval | null,
  given: ReferenceData,
): readonly Finding[] => {
  const instrument = given.instruments.get(event.type === 'pardoned' ? event.decree : event.act);
  if (instrument === undefined) return [finding('INSTRUMENT.UNKNOWN', id)];
  if ((instrument.kind === 'pardon-decree') !== (event.type === 'pardoned'))
    return [finding('INSTRUMENT.WRONG_KIND', id)];
  const inForce = parseEdtf(instrument.inForce ?? instrument.issued ?? '');
  const window = parseEdtf(instrument.windowEnd ?? '');
  const clause = event.type === 'amnestied' ? event.clause : undefined;
  return [
    ...(clause === undefined || (instrument.clauses ?? []).includes(clause)
      ? []
      : [finding('INSTRUMENT.CLAUSE_UNKNOWN', id)]),
    ...(when !== null && inForce !== null && when.latest < inForce.earliest
      ? [finding('INSTRUMENT.NOT_IN_FORCE', id)]
      : []),
    ...(when !== null && window !== null && when.earliest > window.latest
      ? [finding('INSTRUMENT.WINDOW_CLOSED', id)]
      : []),
  ];
};

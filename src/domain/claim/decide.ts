import type { NonAmendment } from '../amendments.js';
import { finding } from '../case/findings.js';
import type { ReferenceData } from '../case/reference-data.js';
import { eventsAsTheyStand } from '../corrections.js';
import { decideByFindings } from '../decide.js';
import { refuseImpossibleAmendments } from '../decide-amendments.js';
import type { Decision, EventWithId, Finding } from '../event.js';
import { futureDateFindings } from '../future-dates.js';
import { EXIT_REASONS } from '../list/exit-reasons.js';
import { parseEdtf } from '../time.js';
import type { ClaimEvent, ClaimSubject } from './events.js';

type StandingClaimEvent = NonAmendment<ClaimEvent>;
type Events = readonly EventWithId<ClaimEvent>[];

/** Decides whether a claim may record new events. `references` has the lists and instruments that the events name. */
export const decide = (
  history: Events,
  newEvents: Events,
  references: ReferenceData,
  acknowledge: readonly string[],
): Decision =>
  refuseImpossibleAmendments(history, newEvents) ??
  decideByFindings(
    findingsOfClaim(history, references),
    findingsOfClaim([...history, ...newEvents], references),
    acknowledge,
  );

/** The ids of the lists and instruments to load before a decision on these events. */
export const listAndInstrumentIdsInClaims = (
  events: readonly ClaimEvent[],
): { readonly lists: ReadonlySet<string>; readonly instruments: ReadonlySet<string> } => {
  const subjects = events.flatMap(subjectsIn);
  return {
    lists: new Set(subjects.flatMap(({ list }) => list ?? [])),
    instruments: new Set(subjects.flatMap(({ instrument }) => instrument ?? [])),
  };
};

/** What a `claimed` event, or a correction of one, says the claim is about; empty for every other event. */
const subjectsIn = (event: ClaimEvent): readonly Partial<ClaimSubject>[] => {
  if (event.type === 'claimed') return [event.about];
  const corrected = event.type === 'corrected' ? (event.data['about'] as ClaimSubject | undefined) : undefined;
  return corrected === undefined ? [] : [corrected];
};

/** A claim is made once, by its first event that stands, and withdrawn at most once. */
const findingsOfClaim = (events: Events, references: ReferenceData): readonly Finding[] =>
  eventsAsTheyStand(events).flatMap(({ id, event }, index, standing) => {
    if (event.type === 'claimed')
      return [
        ...(index === 0 ? [] : [finding('CLAIM.ALREADY_MADE', id)]),
        ...futureDateFindings(id, [event.saidOn], references.today),
        ...claimSubjectFindings(id, event.about, references),
      ];
    const isRepeated = standing.slice(0, index).some(({ event: earlier }) => earlier.type === event.type);
    return [
      ...(index === 0 ? [finding('CLAIM.UNKNOWN', id)] : []),
      ...(isRepeated ? [finding('CLAIM.ALREADY_WITHDRAWN', id)] : []),
      ...futureDateFindings(id, [event.withdrawnOn], references.today),
      ...(isWithdrawnBeforeSaid(standing[0]?.event, event) ? [finding('CLAIM.DATES_CONTRADICT', id)] : []),
    ];
  });

const isWithdrawnBeforeSaid = (
  first: StandingClaimEvent | undefined,
  { withdrawnOn }: Extract<StandingClaimEvent, { type: 'claim-withdrawn' }>,
): boolean => {
  const said = first?.type === 'claimed' ? parseEdtf(first.saidOn) : null;
  const withdrawn = parseEdtf(withdrawnOn ?? '');
  return said !== null && withdrawn !== null && withdrawn.latest < said.earliest;
};

const claimSubjectFindings = (
  id: string,
  { list, category, instrument, reason }: ClaimSubject,
  { lists, instruments }: ReferenceData,
): readonly Finding[] => {
  const defined = list === undefined ? undefined : lists.get(list);
  return [
    ...(list !== undefined && defined === undefined ? [finding('LIST.UNKNOWN', id)] : []),
    ...(category !== undefined && defined?.categories.has(category) === false ? [finding('CATEGORY.UNKNOWN', id)] : []),
    ...(reason !== undefined && !EXIT_REASONS.has(reason) ? [finding('CLAIM.REASON_UNKNOWN', id)] : []),
    ...(instrument !== undefined && !instruments.has(instrument) ? [finding('INSTRUMENT.UNKNOWN', id)] : []),
  ];
};

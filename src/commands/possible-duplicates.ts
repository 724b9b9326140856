/**
 * Looks for cases of the same person before a case is opened. The read models answer, since the events of the case
 * cannot; they may lag behind the log. If they do not answer, the case is opened with the finding that it was not
 * compared.
 */
import type { CaseEvent, CaseEventOf } from '../domain/case/events.js';
import { finding, type FindingCode } from '../domain/case/findings.js';
import type { Decision, EventWithId } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';
import { personDataOf, type DuplicateCandidate, type PersonData } from '../domain/names/likeness.js';

export interface PossibleDuplicates {
  /**
   * A few cases that may be of the person, as known at position `upTo` (undefined: now), the likeliest first. Rejects, or resolves
   * to null, where the read models do not answer.
   */
  candidatesFor(person: PersonData, upTo: number | undefined): Promise<readonly DuplicateCandidate[] | null>;
}

/** Injection token of PossibleDuplicates. */
export const POSSIBLE_DUPLICATES = Symbol('PossibleDuplicates');

export const NO_POSSIBLE_DUPLICATES: PossibleDuplicates = { candidatesFor: () => Promise.resolve([]) };

export interface OpeningDecision {
  readonly decision: Decision;
  /**
   * Cases with a similar name, the likeliest first: the reason of the refusal; or, where none is probably of
   * the same person and the case is opened, a hint.
   */
  readonly candidates: readonly DuplicateCandidate[];
}

interface OpeningRequest {
  readonly newEvents: readonly EventWithId<AnyEvent>[];
  readonly acknowledge: readonly string[];
  readonly duplicateSearchKnownAt?: number;
}

/**
 * The only finding that a row of a register file can acknowledge: only the reporter knows whether two people are the
 * same.
 */
export const DUPLICATE_CODE = 'CASE.POSSIBLE_DUPLICATE' satisfies FindingCode;

/**
 * Adds CASE.POSSIBLE_DUPLICATE to the decision on events that open a case, where another case is probably of the same person
 * (`Likeness.isProbable`). The opening is refused unless the finding is acknowledged; then it is stored with `opened`.
 */
export const addDuplicateFinding = async (
  possibleDuplicates: PossibleDuplicates,
  { newEvents, acknowledge, duplicateSearchKnownAt }: OpeningRequest,
  decision: Decision,
): Promise<OpeningDecision> => {
  const opening = newEvents.find(({ event }) => event.type === 'opened') as
    EventWithId<CaseEventOf<'opened'>> | undefined;
  if (opening === undefined) return { decision, candidates: [] };
  const person = personDataOf(
    opening.event,
    newEvents.map(({ event }) => event as CaseEvent),
  );
  const candidates = await possibleDuplicates.candidatesFor(person, duplicateSearchKnownAt).catch(() => null);
  if (candidates === null) return { decision: withNotComparedFinding(decision, opening.id), candidates: [] };
  if (!candidates.some(({ isProbable }) => isProbable))
    return { decision, candidates: decision.outcome === 'refused' ? [] : candidates };
  const duplicate = finding(DUPLICATE_CODE, opening.id);
  const findings = [...decision.findings, duplicate];
  if (!acknowledge.includes(DUPLICATE_CODE)) return { decision: { outcome: 'refused', findings }, candidates };
  if (decision.outcome === 'refused') return { decision, candidates: [] };
  const acknowledged = [...decision.acknowledged, DUPLICATE_CODE].sort();
  return { decision: { ...decision, findings, acknowledged }, candidates: [] };
};

/** Adds a warning only: rebuilding read models takes long, and recording must not wait for it. */
const withNotComparedFinding = (decision: Decision, openingId: string): Decision =>
  decision.outcome === 'refused'
    ? decision
    : { ...decision, findings: [...decision.findings, finding('CASE.NOT_COMPARED', openingId)] };

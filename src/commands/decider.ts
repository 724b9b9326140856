/** Loads the reference data that a decision needs and decides with the rules of the stream's kind. */
import { decide as decideCase, eventsNeedingReferenceData } from '../domain/case/decide.js';
import type { CaseEvent } from '../domain/case/events.js';
import { mergeFindings } from '../domain/case/merging.js';
import { decide as decideClaim, listAndInstrumentIdsInClaims } from '../domain/claim/decide.js';
import type { ClaimEvent } from '../domain/claim/events.js';
import type { Clock } from '../domain/clock.js';
import { refuseImpossibleAmendments } from '../domain/decide-amendments.js';
import type { Decision, EventWithId } from '../domain/event.js';
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import { refuseFutureReadings } from '../domain/future-dates.js';
import { decide as decideInstrument, listIdsNamedBy } from '../domain/instrument/decide.js';
import type { InstrumentEvent } from '../domain/instrument/events.js';
import { decide as decideList } from '../domain/list/decide.js';
import type { ListEvent } from '../domain/list/events.js';
import type { EventStore } from '../event-store/port.js';
import { loadMergeData, type MergedCases } from './merged-cases.js';
import { ReferenceDataLoader } from './reference-data-loader.js';

type Events<E extends AnyEvent = AnyEvent> = readonly EventWithId<E>[];

/**
 * The stream whose new events are decided on. Its events are of the types of `subject.kind`: schema/ and the stream
 * name ensure that.
 */
export interface StreamToDecide {
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  readonly events: Events;
}

export class Decider {
  private readonly referenceData: ReferenceDataLoader;

  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
    private readonly mergedCases: MergedCases,
  ) {
    this.referenceData = new ReferenceDataLoader(store);
  }

  /** `others` are the events of the other cases that are merged with this one. */
  async decide(
    { subject, events }: StreamToDecide,
    others: Events,
    newEvents: Events,
    acknowledge: readonly string[],
  ): Promise<Decision> {
    const refused = refuseFutureReadings(newEvents, this.clock.today());
    if (refused !== null) return refused;
    switch (subject.kind) {
      case 'case':
        return this.decideCase(
          { caseId: subject.id, events: events as Events<CaseEvent> },
          others as Events<CaseEvent>,
          newEvents as Events<CaseEvent>,
          acknowledge,
        );
      case 'list':
        return decideList(events as Events<ListEvent>, newEvents as Events<ListEvent>, acknowledge);
      case 'instrument':
        return this.decideInstrument(
          events as Events<InstrumentEvent>,
          newEvents as Events<InstrumentEvent>,
          acknowledge,
        );
      case 'claim':
        return this.decideClaim(events as Events<ClaimEvent>, newEvents as Events<ClaimEvent>, acknowledge);
    }
  }

  private async decideClaim(
    events: Events<ClaimEvent>,
    newEvents: Events<ClaimEvent>,
    acknowledge: readonly string[],
  ): Promise<Decision> {
    const named = listAndInstrumentIdsInClaims([...events, ...newEvents].map(({ event }) => event));
    const references = await this.referenceData.loadByIds(named, this.clock.today());
    return decideClaim(events, newEvents, references, acknowledge);
  }

  private async decideInstrument(
    events: Events<InstrumentEvent>,
    newEvents: Events<InstrumentEvent>,
    acknowledge: readonly string[],
  ): Promise<Decision> {
    const named = listIdsNamedBy([...events, ...newEvents].map(({ event }) => event));
    return decideInstrument(events, newEvents, await this.referenceData.loadLists(named), acknowledge);
  }

  /**
   * Amendments and merges are judged against the case's own stream, the timeline against the events of all merged
   * cases.
   */
  private async decideCase(
    { caseId, events }: { readonly caseId: string; readonly events: Events<CaseEvent> },
    others: Events<CaseEvent>,
    newEvents: Events<CaseEvent>,
    acknowledge: readonly string[],
  ): Promise<Decision> {
    const impossible = refuseImpossibleAmendments(events, newEvents);
    if (impossible !== null) return impossible;
    const mergeData = await loadMergeData(this.store, this.mergedCases, { caseId, events }, newEvents);
    const findings = mergeFindings(events, newEvents, mergeData);
    if (findings.length > 0) return { outcome: 'refused', findings };
    const history = [...others, ...events];
    const referring = eventsNeedingReferenceData(history, newEvents);
    return decideCase(history, newEvents, await this.referenceData.load(referring, this.clock.today()), acknowledge);
  }
}

/** Loads the reference data that a decision needs and decides with the rules of the stream's kind. */
import { decide as decideCase } from '../domain/case/decide.js';
import type { CaseEvent } from '../domain/case/events.js';
import type { Clock } from '../domain/clock.js';
import type { Decision, EventWithId } from '../domain/event.js';
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import { decide as decideInstrument } from '../domain/instrument/decide.js';
import type { InstrumentEvent } from '../domain/instrument/events.js';
import { decide as decideList } from '../domain/list/decide.js';
import type { ListEvent } from '../domain/list/events.js';
import type { EventStore } from '../event-store/port.js';
import { ReferenceDataLoader } from './reference-data-loader.js';

type Events<E extends AnyEvent = AnyEvent> = readonly EventWithId<E>[];

export class Decider {
  private readonly referenceData: ReferenceDataLoader;

  constructor(
    store: EventStore,
    private readonly clock: Clock,
  ) {
    this.referenceData = new ReferenceDataLoader(store);
  }

  /** `history` and `newEvents` are of the types of this kind; schema/ and the stream's name ensure it. */
  async decide(
    kind: SubjectKind,
    history: Events,
    newEvents: Events,
    acknowledge: readonly string[],
  ): Promise<Decision> {
    switch (kind) {
      case 'case': {
        const [before, added] = [history as Events<CaseEvent>, newEvents as Events<CaseEvent>];
        const events = [...before, ...added].map(({ event }) => event);
        return decideCase(before, added, await this.referenceData.load(events, this.clock.today()), acknowledge);
      }
      case 'list':
        return decideList(history as Events<ListEvent>, newEvents as Events<ListEvent>, acknowledge);
      case 'instrument':
        return decideInstrument(history as Events<InstrumentEvent>, newEvents as Events<InstrumentEvent>, acknowledge);
    }
  }
}

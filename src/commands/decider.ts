/** Puts a request before the domain, with everything that it must know to decide. */
import { decideCase } from '../domain/case/decide.js';
import type { CaseEvent } from '../domain/case/events.js';
import type { Clock } from '../domain/clock.js';
import type { Decision, EventWithId } from '../domain/event.js';
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import { decideInstrument } from '../domain/instrument/decide.js';
import { decideList } from '../domain/list/decide.js';
import type { EventStore } from '../event-store/port.js';
import { Definitions } from './definitions.js';

type Events = readonly EventWithId<AnyEvent>[];

export class Decider {
  private readonly definitions: Definitions;

  constructor(
    store: EventStore,
    private readonly clock: Clock,
  ) {
    this.definitions = new Definitions(store);
  }

  /** Decides on new events behind those that the subject has. A subject's stream holds events of its kind alone. */
  async decide(kind: SubjectKind, before: Events, news: Events, acknowledge: readonly string[]): Promise<Decision> {
    switch (kind) {
      case 'case':
        return this.decideCase(of(before), of(news), acknowledge);
      case 'list':
        return decideList(of(before), of(news), acknowledge);
      case 'instrument':
        return decideInstrument(of(before), of(news), acknowledge);
    }
  }

  private async decideCase(
    before: readonly EventWithId<CaseEvent>[],
    news: readonly EventWithId<CaseEvent>[],
    acknowledge: readonly string[],
  ): Promise<Decision> {
    const events = [...before, ...news].map((known) => known.event);
    const given = await this.definitions.given(events, this.clock.today());
    return decideCase(before, news, given, acknowledge);
  }
}

const of = <F extends AnyEvent>(events: Events): readonly EventWithId<F>[] => events as readonly EventWithId<F>[];

/** Puts a request before the domain, with everything that it must know to decide. */
import { decideCase } from '../domain/case/decide.js';
import type { CaseFact } from '../domain/case/facts.js';
import type { Clock } from '../domain/clock.js';
import type { Decision, Known } from '../domain/fact.js';
import type { AnyFact } from '../domain/facts.js';
import { decideInstrument } from '../domain/instrument/decide.js';
import { decideList } from '../domain/list/decide.js';
import type { EventStore } from '../event-store/port.js';
import { Definitions } from './definitions.js';

export type SubjectKind = 'case' | 'list' | 'instrument';
type Facts = readonly Known<AnyFact>[];

export class Decider {
  private readonly definitions: Definitions;

  constructor(
    store: EventStore,
    private readonly clock: Clock,
  ) {
    this.definitions = new Definitions(store);
  }

  /** Decides on new facts behind those that the subject has. A subject's stream holds facts of its kind alone. */
  async decide(kind: SubjectKind, before: Facts, news: Facts, acknowledge: readonly string[]): Promise<Decision> {
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
    before: readonly Known<CaseFact>[],
    news: readonly Known<CaseFact>[],
    acknowledge: readonly string[],
  ): Promise<Decision> {
    const facts = [...before, ...news].map((known) => known.fact);
    const given = await this.definitions.given(facts, this.clock.today());
    return decideCase(before, news, given, acknowledge);
  }
}

const of = <F extends AnyFact>(facts: Facts): readonly Known<F>[] => facts as readonly Known<F>[];

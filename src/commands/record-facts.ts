/** The one door through which every fact is decided. */
import { Command } from '@nestjs/cqrs';
import type { Actor, Finding } from '../domain/fact.js';
import type { AnyFact } from '../domain/facts.js';

/** What a caller reports. `facts` are of the subject's kind, already checked in shape by schema/. */
export interface FactsToRecord {
  readonly subject: { readonly kind: 'case' | 'list' | 'instrument'; readonly id: string };
  /** True where the subject must not exist yet; the first fact then is `opened`, `list-defined`, `instrument-registered`. */
  readonly begins: boolean;
  readonly facts: readonly AnyFact[];
  readonly actor: Actor;
  /** Makes a repeat answer as the first time did; ids of facts are made from actor, subject and key. */
  readonly key?: string;
  /** Codes of `ask` findings that the caller stands by. */
  readonly acknowledge: readonly string[];
  /** The subject's revision that the caller saw. */
  readonly expectedRevision?: number;
  readonly correlationId: string;
}

export type FactsRecorded =
  | {
      readonly outcome: 'recorded';
      readonly subject: FactsToRecord['subject'];
      readonly revision: number;
      readonly facts: readonly string[];
      readonly findings: readonly Finding[];
      /** The store's cursor of the last fact; reads can wait for it. */
      readonly token: string;
      readonly repeated: boolean;
    }
  /** Refused, or asked and not acknowledged: every finding that stands in the way. */
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] }
  /** `named`: the caller named a revision. */
  | { readonly outcome: 'conflict'; readonly named: boolean; readonly revision: number | null }
  | { readonly outcome: 'unknown-subject' }
  | { readonly outcome: 'already-exists' }
  | { readonly outcome: 'reference-taken'; readonly list: string; readonly reference: string; readonly by: string }
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'too-many-facts'; readonly limit: number };

export class RecordFacts extends Command<FactsRecorded> {
  constructor(readonly request: FactsToRecord) {
    super();
  }
}

/** Every kind of stream, and what can be said in it. */
import { caseFacts, type CaseFact } from './case/facts.js';
import type { FactDescription } from './fact.js';
import { instrumentFacts, type InstrumentFact } from './instrument/facts.js';
import { listFacts, type ListFact } from './list/facts.js';
import { referenceFacts, type ReferenceFact } from './reference/facts.js';

export type AnyFact = CaseFact | ListFact | InstrumentFact | ReferenceFact;
export type AnyFactType = AnyFact['type'];

export const allFacts = { ...caseFacts, ...listFacts, ...instrumentFacts, ...referenceFacts };

/** The description of a type, or undefined for a word that is no type. */
export const describe = (type: string): FactDescription<Record<string, unknown>> | undefined =>
  Object.hasOwn(allFacts, type)
    ? (allFacts[type as AnyFactType] as FactDescription<Record<string, unknown>>)
    : undefined;

export const STREAM_KINDS = ['case', 'list', 'instrument', 'reference'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** `case-0190…`: the name of a stream carries an opaque id, never personal data. */
export const streamName = (kind: StreamKind, id: string): string => `${kind}-${id}`;

export const parseStreamName = (name: string): { kind: StreamKind; id: string } => {
  const kind = STREAM_KINDS.find((k) => name.startsWith(`${k}-`));
  if (kind === undefined) throw new RangeError(`no stream of ours: ${name}`);
  return { kind, id: name.slice(kind.length + 1) };
};

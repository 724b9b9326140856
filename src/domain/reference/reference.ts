/** References of a case: where each is claimed, and which a fact names. */
import { v5 } from 'uuid';
import type { Reference } from '../case/facts.js';
import { streamName, type AnyFact } from '../facts.js';

/** The namespace (RFC 9562, section 6.6) of the ids of reference streams; another one would lose every claim. */
const NAMESPACE = '231c67d3-f919-40e1-a65b-12e117c749dd';

/** The name of the stream in which a reference is claimed: opaque, for ever the same for one list and reference. */
export const referenceStream = ({ list, reference }: Reference): string =>
  streamName('reference', v5(JSON.stringify([list, reference]), NAMESPACE));

/** The references that a fact gives its case; none for most types. */
export const referencesOf = (fact: AnyFact): readonly Reference[] => {
  if (fact.type === 'opened') return fact.references ?? [];
  if (fact.type === 'referenced') return [{ list: fact.list, reference: fact.reference }];
  return [];
};

/** Whether a case of these facts has the reference. */
export const hasReference = (facts: readonly AnyFact[], { list, reference }: Reference): boolean =>
  facts.some((fact) => referencesOf(fact).some((r) => r.list === list && r.reference === reference));

/** The one way in for facts, from the REST interface and from files alike. */
import type { CaseFactType, CaseFactOf } from '../domain/case/facts.js';
import type { InstrumentFact, InstrumentFactType } from '../domain/instrument/facts.js';
import type { ListFact, ListFactType } from '../domain/list/facts.js';
import * as case_ from './case-facts.js';
import { CategoryDefined, InstrumentRegistered, ListDefined, PolicySet } from './definitions.js';
import type { Class } from './field.js';
import type { Problem } from './problems.js';
import { read } from './read.js';

type Fields<F> = Class<Omit<F, 'type'> & object>;

const caseClasses = {
  opened: case_.Opened,
  named: case_.Named,
  referenced: case_.Referenced,
  described: case_.Described,
  arrested: case_.Arrested,
  charged: case_.Charged,
  remanded: case_.Remanded,
  tried: case_.Tried,
  convicted: case_.Convicted,
  appealed: case_.Appealed,
  'appeal-decided': case_.AppealDecided,
  transferred: case_.Transferred,
  mistreated: case_.Mistreated,
  proposed: case_.Proposed,
  recognised: case_.Recognised,
  recategorised: case_.Recategorised,
  pardoned: case_.Pardoned,
  amnestied: case_.Amnestied,
  paroled: case_.Paroled,
  'charges-dropped': case_.ChargesDropped,
  acquitted: case_.Acquitted,
  released: case_.Released,
  deported: case_.Deported,
  exchanged: case_.Exchanged,
  escaped: case_.Escaped,
  wanted: case_.Wanted,
  declined: case_.Declined,
  delisted: case_.Delisted,
  died: case_.Died,
} satisfies { readonly [T in CaseFactType]: Fields<CaseFactOf<T>> };

const listClasses = {
  'list-defined': ListDefined,
  'category-defined': CategoryDefined,
  'policy-set': PolicySet,
} satisfies { readonly [T in ListFactType]: Fields<Extract<ListFact, { type: T }>> };

const instrumentClasses = {
  'instrument-registered': InstrumentRegistered,
} satisfies { readonly [T in InstrumentFactType]: Fields<Extract<InstrumentFact, { type: T }>> };

/** The facts that a kind of subject takes from outside. */
export interface FactsOf {
  case: CaseFactOf<CaseFactType>;
  list: ListFact;
  instrument: InstrumentFact;
}
export type SubjectKind = keyof FactsOf;

/** The class of every type of fact that may come in. */
export const factClasses = { case: caseClasses, list: listClasses, instrument: instrumentClasses } satisfies {
  readonly [K in SubjectKind]: { readonly [T in FactsOf[K]['type']]: Class };
};

/** The type with which a kind of subject begins. */
export const BEGINS = {
  case: 'opened',
  list: 'list-defined',
  instrument: 'instrument-registered',
} as const satisfies { readonly [K in SubjectKind]: FactsOf[K]['type'] };

/**
 * Reads a fact of a subject's kind from a JSON value: its type, its fields and what every fact carries. Gives the fact as a
 * plain object, its type first, or every problem with it.
 */
export const readFact = <K extends SubjectKind>(
  kind: K,
  body: unknown,
): { readonly fact: FactsOf[K] } | { readonly problems: readonly Problem[] } => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { problems: [{ code: 'FIELD.WRONG_KIND', pointer: '', expected: 'an object' }] };
  }
  const { type, ...fields } = body as Record<string, unknown>;
  const classes: Readonly<Record<string, Class>> = factClasses[kind];
  const found = typeof type === 'string' && Object.hasOwn(classes, type) ? classes[type] : undefined;
  if (found === undefined) {
    const code = type === undefined ? 'TYPE.MISSING' : 'TYPE.UNKNOWN';
    return { problems: [{ code, pointer: '/type', expected: `one of ${Object.keys(classes).join(', ')}` }] };
  }
  const result = read(found, fields);
  return 'problems' in result ? result : { fact: { type, ...result.value } as unknown as FactsOf[K] };
};

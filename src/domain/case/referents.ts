/** Findings about a fact by itself: its day, its names, and the list, category or instrument that it refers to. */
import type { Finding, Known } from '../fact.js';
import { policyOn } from '../list/list.js';
import { mixesScripts } from '../text.js';
import { parseEdtf, type Interval } from '../time.js';
import type { CaseFact, CaseFactOf, Name } from './facts.js';
import { finding } from './findings.js';
import type { Given } from './given.js';

/** The lists and instruments that facts name, to be loaded before anything is decided or shown. */
export const refersTo = (
  facts: readonly CaseFact[],
): { readonly lists: ReadonlySet<string>; readonly instruments: ReadonlySet<string> } => ({
  lists: new Set(facts.flatMap(listsIn)),
  instruments: new Set(facts.flatMap(instrumentsIn)),
});

const listsIn = (fact: CaseFact): readonly string[] => {
  if (fact.type === 'opened') return (fact.references ?? []).map(({ list }) => list);
  return 'list' in fact ? [fact.list] : [];
};

const instrumentsIn = (fact: CaseFact): readonly string[] => {
  if (fact.type === 'pardoned') return [fact.decree];
  return fact.type === 'amnestied' ? [fact.act] : [];
};

export const findingsAbout = (facts: readonly Known<CaseFact>[], given: Given): readonly Finding[] =>
  facts.flatMap(({ id, fact }) => {
    const when = fact.occurredOn === undefined ? null : parseEdtf(fact.occurredOn);
    return [
      ...(when !== null && when.earliest > given.today ? [finding('DATE.FUTURE', id)] : []),
      ...listsIn(fact).flatMap((list) => (given.lists.has(list) ? [] : [finding('LIST.UNKNOWN', id)])),
      ...(namesIn(fact).some(({ text }) => mixesScripts(text)) ? [finding('NAME.MIXED_SCRIPT', id)] : []),
      ...('category' in fact ? aboutCategory(id, fact, when, given) : []),
      ...(fact.type === 'pardoned' || fact.type === 'amnestied' ? aboutInstrument(id, fact, when, given) : []),
    ];
  });

const namesIn = (fact: CaseFact): readonly Name[] => {
  if (fact.type === 'opened') return fact.names;
  return fact.type === 'named' ? [fact.name] : [];
};

const aboutCategory = (
  id: string,
  fact: CaseFactOf<'recognised' | 'recategorised'>,
  when: Interval | null,
  given: Given,
): readonly Finding[] => {
  const list = given.lists.get(fact.list);
  if (list === undefined) return [];
  const demanded = when !== null && fact.type === 'recognised' && policyOn(list, when.earliest).paceRequired;
  return [
    ...(list.categories.has(fact.category) ? [] : [finding('CATEGORY.UNKNOWN', id)]),
    ...(demanded && (fact.criteria ?? []).length === 0 ? [finding('RECOGNITION.CRITERIA_REQUIRED', id)] : []),
  ];
};

const aboutInstrument = (
  id: string,
  fact: CaseFactOf<'pardoned' | 'amnestied'>,
  when: Interval | null,
  given: Given,
): readonly Finding[] => {
  const instrument = given.instruments.get(fact.type === 'pardoned' ? fact.decree : fact.act);
  if (instrument === undefined) return [finding('INSTRUMENT.UNKNOWN', id)];
  if ((instrument.kind === 'pardon-decree') !== (fact.type === 'pardoned'))
    return [finding('INSTRUMENT.WRONG_KIND', id)];
  const inForce = parseEdtf(instrument.inForce ?? instrument.issued ?? '');
  const window = parseEdtf(instrument.windowEnd ?? '');
  const clause = fact.type === 'amnestied' ? fact.clause : undefined;
  return [
    ...(clause === undefined || (instrument.clauses ?? []).includes(clause)
      ? []
      : [finding('INSTRUMENT.CLAUSE_UNKNOWN', id)]),
    ...(when !== null && inForce !== null && when.latest < inForce.earliest
      ? [finding('INSTRUMENT.NOT_IN_FORCE', id)]
      : []),
    ...(when !== null && window !== null && when.earliest > window.latest
      ? [finding('INSTRUMENT.WINDOW_CLOSED', id)]
      : []),
  ];
};

import { finding } from '../case/findings.js';
import { decide } from '../decide.js';
import type { Decision, Finding, Known } from '../fact.js';
import type { ListFact } from './facts.js';

/** Whether new facts may be recorded of a list: it is defined once, and before anything else is said of it. */
export const decideList = (
  before: readonly Known<ListFact>[],
  news: readonly Known<ListFact>[],
  acknowledge: readonly string[],
): Decision => decide(findings(before), findings([...before, ...news]), acknowledge);

const findings = (facts: readonly Known<ListFact>[]): readonly Finding[] =>
  facts.flatMap(({ id, fact }, index) => {
    if (fact.type === 'list-defined') return index === 0 ? [] : [finding('LIST.ALREADY_DEFINED', id)];
    return index === 0 ? [finding('LIST.UNKNOWN', id)] : [];
  });

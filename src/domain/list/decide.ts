import { finding } from '../case/findings.js';
import { decide } from '../decide.js';
import type { Decision, Finding, EventWithId } from '../event.js';
import type { ListEvent } from './events.js';

/** Whether new events may be recorded of a list: it is defined once, and before anything else is said of it. */
export const decideList = (
  before: readonly EventWithId<ListEvent>[],
  news: readonly EventWithId<ListEvent>[],
  acknowledge: readonly string[],
): Decision => decide(findings(before), findings([...before, ...news]), acknowledge);

const findings = (events: readonly EventWithId<ListEvent>[]): readonly Finding[] =>
  events.flatMap(({ id, event }, index) => {
    if (event.type === 'list-defined') return index === 0 ? [] : [finding('LIST.ALREADY_DEFINED', id)];
    return index === 0 ? [finding('LIST.UNKNOWN', id)] : [];
  });

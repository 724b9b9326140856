import { finding } from '../case/findings.js';
import { eventsAsTheyStand } from '../corrections.js';
import { decideByFindings } from '../decide.js';
import { refuseImpossibleAmendments } from '../decide-amendments.js';
import type { Decision, EventWithId, Finding } from '../event.js';
import { editionFindings } from './editions.js';
import type { ListEvent } from './events.js';
import { foldList, type ListDefinition } from './list.js';

/** Decides whether a list may record new events; list events refer to no other stream, so there is no reference data. */
export const decide = (
  history: readonly EventWithId<ListEvent>[],
  newEvents: readonly EventWithId<ListEvent>[],
  acknowledge: readonly string[],
): Decision =>
  refuseImpossibleAmendments(history, newEvents) ??
  decideByFindings(findingsOf(history), findingsOf([...history, ...newEvents]), acknowledge);

/** A list is defined exactly once, by its first event that stands. */
const findingsOf = (events: readonly EventWithId<ListEvent>[]): readonly Finding[] => {
  let list: ListDefinition | null = null;
  return eventsAsTheyStand(events).flatMap(({ id, event }, index) => {
    const before = list;
    list = foldList('', [event], before);
    if (event.type === 'list-defined') return index === 0 ? [] : [finding('LIST.ALREADY_DEFINED', id)];
    if (index === 0) return [finding('LIST.UNKNOWN', id)];
    return event.type === 'edition-published' && before !== null ? editionFindings(id, event, before) : [];
  });
};

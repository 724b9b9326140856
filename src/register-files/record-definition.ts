/** Records the definition of a list or an instrument, or what a file adds to it. */
import type { Actor } from '../domain/event.js';
import { slug } from '../schema/decorators.js';
import { contradictionErrors, diffEvents } from './event-diff.js';
import { definitionDiffRules, type Definition } from './definitions-file.js';
import { checkDrafts } from './event-draft.js';
import { comparableEvents } from './prior-events.js';
import { notRecorded, refused, UNCHANGED, type ImportOutcome, type Recorder } from './recorder.js';

const ACTOR: Actor = { kind: 'import', id: 'definitions', asserted: true };

/** All or nothing: a definition that contradicts what is on record is refused whole. */
export const recordDefinition = async (recorder: Recorder, definition: Definition): Promise<ImportOutcome> => {
  const { kind, id, place, drafts } = definition;
  const broken = slug.rules.find((rule) => !rule.isValid(id));
  if (broken !== undefined) return refused({ column: `${place}/id`, code: broken.code, expected: slug.expects });
  const { events, errors } = checkDrafts(kind, drafts);
  if (errors.length > 0) return refused(...errors);
  const subject = { kind, id };
  const priorEvents = (await recorder.priorEvents(subject, ACTOR)) ?? [];
  const diff = diffEvents(events, comparableEvents(priorEvents), definitionDiffRules(definition));
  const { newEvents, newRoles, contradictions } = diff;
  if (contradictions.length > 0) return refused(...contradictionErrors(contradictions));
  if (newEvents.length === 0) return UNCHANGED;
  const outcome = await recorder.record({
    subject,
    begins: priorEvents.length === 0,
    events: events.filter(({ event }) => newEvents.includes(event as never)),
    actor: ACTOR,
    key: JSON.stringify([kind, id, ...newRoles]),
  });
  return outcome.outcome === 'retry' ? notRecorded() : outcome;
};

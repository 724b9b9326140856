/** From what the definitions say of a list or an instrument to what is added to it. */
import type { Actor } from '../domain/event.js';
import { slug } from '../schema/kinds.js';
import { diffEvents } from './event-diff.js';
import { definitionDiffRules, type Definition } from './definitions-file.js';
import { checkDrafts } from './event-draft.js';
import { notRecorded, refused, UNCHANGED, type ImportOutcome, type Recorder } from './recorder.js';

const ACTOR: Actor = { kind: 'import', id: 'definitions', asserted: true };

/** Records a list or an instrument that is new, or what is new about it; what differs is reported. */
export const recordDefinition = async (recorder: Recorder, definition: Definition): Promise<ImportOutcome> => {
  const { kind, id, place, drafts } = definition;
  const broken = slug.rules.find((rule) => !rule.isValid(id));
  if (broken !== undefined) return refused({ column: `${place}/id`, code: broken.code, expected: slug.expects });
  const { statements, wrong } = checkDrafts(kind, drafts);
  if (wrong.length > 0) return refused(...wrong);
  const subject = { kind, id };
  const record = (await recorder.record(subject, ACTOR)) ?? [];
  const { newEvents, roles, corrections } = diffEvents(statements, record, definitionDiffRules(definition));
  if (corrections.length > 0) return refused(...corrections);
  if (newEvents.length === 0) return UNCHANGED;
  const added = statements.filter(({ event }) => newEvents.includes(event as never));
  const key = JSON.stringify([kind, id, ...roles]);
  const begins = record.length === 0;
  const answer = await recorder.say({ subject, begins, statements: added, actor: ACTOR, key });
  return answer.outcome === 'behind' ? notRecorded() : answer;
};

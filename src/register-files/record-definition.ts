/** Records a list, an instrument or a claim of a file, or what the file adds to it. */
import type { Actor } from '../domain/event.js';
import { canonicalJson } from '../json/canonical.js';
import { slugType } from '../schema/decorators.js';
import { contradictionErrors, diffEvents } from './event-diff.js';
import { definitionDiffRules, repeatedEntry, type DefinitionDraft } from './definitions-file.js';
import { checkDrafts } from './event-draft.js';
import { comparableEvents, hasImportAmendments } from './prior-events.js';
import { refusedByConcurrentWrite, refused, UNCHANGED, type ImportOutcome, type Recorder } from './recorder.js';
import { correctionsOf, type CorrectionOptions } from './row-corrections.js';

const DEFINITIONS_ACTOR: Actor = { kind: 'import', id: 'definitions', asserted: true };

/**
 * All or nothing: a definition that contradicts what is on record is refused whole. With `mayCorrect`, what an earlier import recorded
 * is corrected, or retracted where the file does not have it any more.
 */
export const recordDefinition = async (
  recorder: Recorder,
  definition: DefinitionDraft,
  { file, mayCorrect }: CorrectionOptions,
): Promise<ImportOutcome> => {
  const { kind, id, place, drafts } = definition;
  const broken = slugType.rules.find((rule) => !rule.isValid(id));
  if (broken !== undefined) return refused({ column: `${place}/id`, code: broken.code, expected: slugType.expects });
  const { events, errors } = checkDrafts(kind, drafts);
  if (errors.length > 0) return refused(...errors);
  const repeated = repeatedEntry(drafts);
  if (repeated !== undefined) return refused({ column: repeated.locate(''), ...ENTRY_TWICE });
  const subject = { kind, id: await findRecordedOrFreeClaimId(recorder, definition) };
  const priorEvents = (await recorder.allEventsOf(subject, DEFINITIONS_ACTOR)) ?? [];
  const diff = diffEvents(events, comparableEvents(priorEvents), definitionDiffRules(definition));
  const { newEvents, newMatchKeys, changes, contradictions } = diff;
  const refusedPlaces = mayCorrect
    ? contradictions.filter(({ isWithEarlierImport }) => !isWithEarlierImport)
    : contradictions;
  if (refusedPlaces.length > 0) return refused(...contradictionErrors(refusedPlaces));
  const corrections = correctionsOf(changes, file);
  if (newEvents.length + corrections.drafts.length === 0) return UNCHANGED;
  const amendments = checkDrafts(kind, corrections.drafts);
  if (amendments.errors.length > 0) return refused(...amendments.errors);
  // After a correction a file may return to earlier content: only then does the idempotency key depend on the recorded events.
  const isAmending = corrections.drafts.length > 0 || hasImportAmendments(priorEvents);
  const since = isAmending ? [priorEvents.at(-1)?.id, ...corrections.drafts.map(({ data }) => data)] : [];
  const outcome = await recorder.record({
    subject,
    isNewSubject: priorEvents.length === 0,
    events: [...amendments.events, ...events.filter(({ event }) => newEvents.includes(event as never))],
    actor: DEFINITIONS_ACTOR,
    key: JSON.stringify([kind, subject.id, ...newMatchKeys, ...since]),
  });
  if (outcome.outcome === 'retry') return refusedByConcurrentWrite();
  return outcome.outcome === 'added' ? { ...outcome, corrections: corrections.cells } : outcome;
};

const ENTRY_TWICE = {
  code: 'ROW.REFERENCE_TWICE',
  expected: 'each category, each day of the policy and each version of a clause once',
} as const;

/** Of the ids that a claim may have: the one under which it is on record, or else the first that is free. */
const findRecordedOrFreeClaimId = async (
  recorder: Recorder,
  { kind, id, alternativeIds = [], drafts }: DefinitionDraft,
): Promise<string> => {
  if (alternativeIds.length === 0) return id;
  const about = canonicalJson(drafts[0]?.data['about'] ?? null);
  let free: string | null = null;
  for (const one of [id, ...alternativeIds]) {
    const [first] = (await recorder.allEventsOf({ kind, id: one }, DEFINITIONS_ACTOR)) ?? [];
    if (first === undefined) free ??= one;
    else if (first.event.type === 'claimed' && canonicalJson(first.event.about) === about) return one;
  }
  return free ?? id;
};

/**
 * Splits the personal fields of an event from the rest, so that the copy of the log has personal data in one table only. The
 * fields that a correction corrects are split as those of the corrected event.
 */
import type { CorrectedFields } from '../../domain/amendments.js';
import { descriptionOf, type AnyEvent } from '../../domain/events.js';

type Fields = Readonly<Record<string, unknown>>;

export interface SplitEvent {
  /** The fields that are not personal, with the type. */
  readonly nonPersonal: Fields;
  readonly personal: Fields;
}

export const splitPersonal = (event: AnyEvent): SplitEvent => {
  const { nonPersonal, personal } = splitFields(event.type, event);
  if (event.type !== 'corrected') return { nonPersonal, personal };
  const corrected = splitFields(event.correctedType, event.data);
  return {
    nonPersonal: { ...nonPersonal, data: corrected.nonPersonal },
    personal: { ...personal, data: corrected.personal },
  };
};

/** Joins what `splitPersonal` split. Where `personal` is null, the event lacks its personal fields. */
export const joinPersonal = (open: Fields, personal: Fields | null): AnyEvent => {
  const data =
    open['type'] === 'corrected' ? { data: { ...correctedFieldsIn(open), ...correctedFieldsIn(personal) } } : {};
  return { ...open, ...personal, ...data } as AnyEvent;
};

const correctedFieldsIn = (part: Fields | null): CorrectedFields => (part?.['data'] ?? {}) as CorrectedFields;

const splitFields = (type: string, fields: object): SplitEvent => {
  const personalFields = new Set<string>(['sources', 'note', ...(descriptionOf(type)?.personal ?? [])]);
  const nonPersonal: Record<string, unknown> = {};
  const personal: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields))
    (personalFields.has(field) ? personal : nonPersonal)[field] = value;
  return { nonPersonal, personal };
};

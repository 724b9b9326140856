/**
 * Splits the personal fields of an event from the rest, so that the copy of the log has personal data in one table only. The
 * fields of a correction are split as the type that it corrects splits them.
 */
import type { CorrectedFields } from '../../domain/amendments.js';
import { descriptionOf, type AnyEvent } from '../../domain/events.js';

type Fields = Readonly<Record<string, unknown>>;

export interface SplitEvent {
  /** The fields that are not personal, with the type. */
  readonly open: Fields;
  readonly personal: Fields;
}

export const splitPersonal = (event: AnyEvent): SplitEvent => {
  const { open, personal } = splitFields(event.type, event);
  if (event.type !== 'corrected') return { open, personal };
  const corrected = splitFields(event.correctedType, event.data);
  return { open: { ...open, data: corrected.open }, personal: { ...personal, data: corrected.personal } };
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
  const open: Record<string, unknown> = {};
  const personal: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) (personalFields.has(field) ? personal : open)[field] = value;
  return { open, personal };
};

/**
 * How a correction is stored. The fields that it names belong to the type of the corrected event, so they are stored as that type
 * stores them: in its version, its personal fields apart, and upcast by its upcasters on reading. `data` and `personal` each hold
 * their half of the fields under `data`:
 *
 *     data:     { event, correctedType, correctedVersion, data: { occurredOn: … } }
 *     personal: { data: { reason: … }, sources, note }
 */
import type { CorrectedFields } from '../domain/amendments.js';
import type { EventDescription } from '../domain/event.js';
import { descriptionOf, type AnyEventType } from '../domain/events.js';
import { upcast, UPCASTERS, type EventParts } from './upcasters.js';

type Fields = Readonly<Record<string, unknown>>;
type AnyEventDescription = EventDescription<Record<string, unknown>>;
/** Whether a field belongs to the personal part of its type. */
type PersonalFieldPredicate = (field: string, description: AnyEventDescription) => boolean;

/**
 * Splits the corrected fields into public and personal ones, as the type of the corrected event does. Returns an error message for a
 * correction that cannot be stored.
 */
export const splitCorrection = (
  { data, personal }: EventParts,
  isPersonal: PersonalFieldPredicate,
): EventParts | string => {
  const { data: fields, ...rest } = data;
  const description = correctedDescription(rest['correctedType']);
  if (description === null) return 'it corrects an event of an unknown type';
  if (!isFields(fields)) return 'it corrects no fields';
  const isApart = ([field]: readonly [string, unknown]): boolean => isPersonal(field, description);
  const entries = Object.entries(fields);
  return {
    data: {
      ...rest,
      correctedVersion: description.version,
      data: Object.fromEntries(entries.filter((entry) => !isApart(entry))),
    },
    personal: { data: Object.fromEntries(entries.filter(isApart)), ...personal },
  };
};

/**
 * Joins what `splitCorrection` split, and upcasts the fields to the current version of the corrected type. Returns what is
 * wrong with stored parts that cannot be read.
 */
export const joinCorrection = (stored: EventParts, isPersonal: PersonalFieldPredicate): EventParts | string => {
  const { data, correctedVersion, ...rest } = stored.data;
  const { data: personalData, ...personal } = stored.personal;
  const type = rest['correctedType'];
  const description = correctedDescription(type);
  if (description === null) return 'it corrects an event of an unknown type';
  if (!isFields(data) || !isFields(personalData)) return 'it corrects no fields';
  if (!isVersion(correctedVersion) || correctedVersion > description.version)
    return 'it corrects an event of a later version than this build knows';
  const fields = upcast({ data, personal: personalData }, correctedVersion, UPCASTERS[type as AnyEventType] ?? []);
  if (Object.keys(fields.data).some((field) => isPersonal(field, description)))
    return 'a personal field of it is not apart';
  if (Object.keys(fields.personal).some((field) => !isPersonal(field, description)))
    return 'a field too many of it is personal';
  return { data: { ...rest, data: { ...fields.data, ...fields.personal } satisfies CorrectedFields }, personal };
};

/** Null for a type that cannot be corrected. `corrected` is one: a correction of a correction names the type of the original event. */
const correctedDescription = (type: unknown): AnyEventDescription | null =>
  (typeof type === 'string' && type !== 'corrected' ? descriptionOf(type) : undefined) ?? null;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;

/** Writes new events as they are stored: canonical JSON with a commitment and a leaf hash. Each part becomes text once. */
import type { AnyEvent } from '../domain/events.js';
import { jsonKeyText, exactCanonicalJson, hasLoneSurrogate, sortedKeys } from '../json/canonical.js';
import {
  checkNewEvent,
  isPersonal,
  payloadText,
  storedParts,
  type AnyEventDescription,
  type EncodedRecord,
  type StreamRevision,
} from './codec.js';
import {
  joinSerializedFields,
  commitmentOf,
  leafHash,
  leafText,
  newSalt,
  serializePersonalPart,
  insertSalt,
  type PersonalTexts,
} from './leaf.js';
import type { NewEvent } from './port.js';

/**
 * Encodes an event with its leaf hash. Throws TypeError for values that would not be read back exactly: a bug of the caller. `salt` is
 * given by tests only.
 */
export const encode = (place: StreamRevision, recorded: NewEvent, salt = newSalt()): EncodedRecord => {
  const { id, event, schemaVersion } = recorded;
  const { type } = event;
  const { description, meta: metaFields, recordedAt } = checkNewEvent(recorded);
  const { data, personal } =
    type === 'corrected' ? correctionPartTexts(event, description, salt) : eventPartTexts(event, description, salt);
  const meta = exactCanonicalJson(metaFields);
  const commitment = commitmentOf(salt, personal.covered);
  const text = payloadText({ commitment, data, meta, personal });
  if (hasLoneSurrogate(text)) throw new TypeError(`cannot store ${type}: a text holds half a character`);
  const leaf = leafHash(
    leafText({
      stream: place.stream,
      revision: place.revision,
      id,
      type,
      schemaVersion,
      recordedAt: recorded.recordedAt,
      data,
      meta,
      personalCommitment: commitment,
    }),
  );
  return { id, type, recordedAt, leaf, text };
};

interface PartTexts {
  readonly data: string;
  readonly personal: PersonalTexts;
}

/** Splits the fields into public and personal ones, sorts and serializes them in one pass, without building objects for the parts. */
const eventPartTexts = (event: AnyEvent, description: AnyEventDescription, salt: string): PartTexts => {
  let [data, before, after] = ['', '', ''];
  for (const name of sortedKeys(event)) {
    if (name === 'type') continue;
    const field = `${jsonKeyText(name)}${exactCanonicalJson((event as unknown as Readonly<Record<string, unknown>>)[name])}`;
    if (!isPersonal(name, description)) data = joinSerializedFields(data, field);
    else if (name < 'salt') before = joinSerializedFields(before, field);
    else after = joinSerializedFields(after, field);
  }
  return { data: `{${data}}`, personal: insertSalt(before, after, salt) };
};

/** The parts of a correction, whose fields are stored as the corrected type stores them. */
const correctionPartTexts = (event: AnyEvent, description: AnyEventDescription, salt: string): PartTexts => {
  const { data, personal } = storedParts(event, description);
  return { data: exactCanonicalJson(data), personal: serializePersonalPart(personal, salt) };
};

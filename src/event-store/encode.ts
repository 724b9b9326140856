/** Writes new events as they are stored: canonical JSON with a commitment and a leaf hash. Each part becomes text once. */
import type { AnyEvent } from '../domain/events.js';
import { keyText, exactCanonicalJson, hasLoneSurrogate, sortedKeys } from '../json/canonical.js';
import {
  checkNew,
  isPersonal,
  payloadText,
  storedParts,
  type Description,
  type EncodedRecord,
  type StreamRevision,
} from './codec.js';
import {
  addField,
  commitmentOf,
  leafHash,
  leafText,
  newSalt,
  personalTexts,
  withSalt,
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
  const { description, meta: metaFields, recordedAt } = checkNew(recorded);
  const { data, personal } =
    type === 'corrected' ? partsText(event, description, salt) : fieldsText(event, description, salt);
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
      personal: commitment,
    }),
  );
  return { id, type, recordedAt, leaf, text };
};

interface PartTexts {
  readonly data: string;
  readonly personal: PersonalTexts;
}

/** Parts and sorts the fields in one pass, without copies of the parts. */
const fieldsText = (event: AnyEvent, description: Description, salt: string): PartTexts => {
  let [data, before, after] = ['', '', ''];
  for (const name of sortedKeys(event)) {
    if (name === 'type') continue;
    const field = `${keyText(name)}${exactCanonicalJson((event as unknown as Readonly<Record<string, unknown>>)[name])}`;
    if (!isPersonal(name, description)) data = addField(data, field);
    else if (name < 'salt') before = addField(before, field);
    else after = addField(after, field);
  }
  return { data: `{${data}}`, personal: withSalt(before, after, salt) };
};

/** The parts of a correction, whose fields are stored as the corrected type stores them. */
const partsText = (event: AnyEvent, description: Description, salt: string): PartTexts => {
  const { data, personal } = storedParts(event, description);
  return { data: exactCanonicalJson(data), personal: personalTexts(personal, salt) };
};

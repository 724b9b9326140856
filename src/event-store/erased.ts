/**
 * What is read in place of a personal part that was erased. Domain and read models rely on some personal fields of an event; these are
 * empty then, and all others are absent. The leaf hash covers the commitment to the personal part, not the part itself, so it stays valid.
 */
import type { Name } from '../domain/case/events.js';
import type { EventParts } from './upcasters.js';

const ERASED_NAME: Name = { text: '', script: 'Latn', language: 'az', kind: 'full' };

/** By event type: the personal fields that every event of the type has, with the empty values that replace them once they are erased. */
const REQUIRED_PERSONAL_FIELDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  opened: { names: [] },
  named: { name: ERASED_NAME },
  declined: { reason: '' },
  delisted: { reason: '' },
  merged: { reason: '' },
  unmerged: { reason: '' },
  distinguished: { reason: '' },
  retracted: { reason: '' },
  claimed: { speaker: '' },
  'claim-withdrawn': { reason: '' },
  'clause-withdrawn': { reason: '' },
  'edition-published': { salts: [] },
  // The personal half of the fields that a correction changes.
  corrected: { data: {} },
};

/** The personal part of an erased event of a type. */
export const erasedPersonalPart = (type: string): EventParts['personal'] => ({
  ...REQUIRED_PERSONAL_FIELDS[type],
  sources: [],
});

/** The events of a list stream. */
import type { Custody } from '../case/state.js';
import { amendmentEvents, type AmendmentFields } from '../amendments.js';
import type { EventDescription, EventOf, FullDay } from '../event.js';

/** A name in the languages of the register; at least one. */
export interface LocalName {
  readonly az?: string;
  readonly en?: string;
  readonly ru?: string;
}

/** The flow of a number from one edition to the next: opening + revised + entered - all left + moved = closing. */
export interface FlowNumbers {
  /** The number that the previous edition published. */
  readonly opening: number;
  /** By how much events recorded since the previous edition changed the number of its day; negative if it fell. */
  readonly revised: number;
  /** Entries after the day of the previous edition; whoever entered twice counts twice. */
  readonly entered: number;
  /** Exits after the day of the edition before, by reason. */
  readonly left: Readonly<Record<string, number>>;
  /** Moves of members into the category less those out of it. */
  readonly moved: number;
  readonly closing: number;
}

/** `since`: the id of the edition before it. */
export interface EditionFlow extends FlowNumbers {
  readonly since: string;
}

/**
 * Counts by a property (category, incident and others) have under this key the people of whom the property is not known. So no category and
 * no incident may have it as its id.
 */
export const UNKNOWN_KEY = 'unknown';

/** How many members of an edition are in one category; in `unknown` are those whose category is not known, or may be one or another. */
export interface EditionGroup {
  readonly category: string;
  readonly total: number;
  /** Absent from the first edition. */
  readonly flow?: FlowNumbers;
}

/** A member, and the hash of what the edition says of it (docs/decisions/0018-editions.md). */
export interface EditionLine {
  readonly case: string;
  /** SHA-256 in base64. */
  readonly hash: string;
}

/** The custody values whose holders the list counts. `from` is absent if the list has set no policy. */
interface EditionPolicy {
  readonly from?: FullDay;
  readonly custody: readonly Custody[];
}

/** The events that no client can record, since the register computes them. */
interface EditionFields {
  'edition-published': {
    /** The id of the edition within the list. */
    readonly edition: string;
    /** The day whose list the edition publishes. */
    readonly asOf: FullDay;
    /** The position of the log up to which it was known who was on the list. */
    readonly knownAt: number;
    /** The revision of the list's stream at that position. */
    readonly listRevision: number;
    /** The policy of the day `asOf`, as known at that position. */
    readonly policy: EditionPolicy;
    /** The number of members who are certainly on the list. */
    readonly total: number;
    /** The number of people who are only possibly on the list; they get no line. */
    readonly uncertain: number;
    readonly groups: readonly EditionGroup[];
    /** Absent from the first edition. */
    readonly flow?: EditionFlow;
    /** SHA-256 of the hashes of the lines, one after the other, in base64. */
    readonly hash: string;
    /** Sorted by reference. */
    readonly lines: readonly EditionLine[];
    /** The salt of each line, 16 bytes in base64: whoever does not have it cannot try names against the hash. */
    readonly salts: readonly string[];
  };
}

/** The types that no client can record. */
export type EditionEventType = keyof EditionFields;

export interface ListFields extends AmendmentFields, EditionFields {
  'list-defined': { readonly name: LocalName };
  'category-defined': { readonly category: string; readonly name: LocalName };
  /** From the full day `from`, a recognised person with one of these custody values is on the list. */
  'policy-set': { readonly from: FullDay; readonly custody: readonly Custody[]; readonly paceRequired?: boolean };
}

export type ListEventType = keyof ListFields;
export type ListEvent = EventOf<ListFields>;

export const listEvents: { readonly [T in ListEventType]: EventDescription<ListFields[T]> } = {
  'list-defined': { means: 'A list begins.', version: 1, dated: false, personal: [] },
  'category-defined': {
    means: 'A category of the list was defined or renamed.',
    version: 1,
    dated: false,
    personal: [],
  },
  'policy-set': { means: 'The list said whom it counts, from a day on.', version: 1, dated: false, personal: [] },
  'edition-published': {
    means: 'The list was published, as it was on a day.',
    version: 1,
    dated: false,
    personal: ['salts'],
  },
  ...amendmentEvents,
};

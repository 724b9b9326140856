/**
 * The events that amend an earlier event of their stream, in streams of cases, lists, instruments and claims; what they do is in
 * corrections.ts. They are undated: their time is that of their recording.
 */
import type { EventDescription } from './event.js';

/** Some fields of an event as they should be; null removes an optional one. Fields that are not named stay. */
export type CorrectedFields = Readonly<Record<string, unknown>>;

export interface AmendmentFields {
  corrected: {
    /** The id of the event to correct, or of an earlier correction of it, whose fields this one then overrides. */
    readonly event: string;
    /** The type of the corrected event, by whose rules `data` is checked and stored. A correction cannot change a type. */
    readonly correctedType: string;
    readonly data: CorrectedFields;
  };
  retracted: {
    /**
     * The id of the event that should not stand. If that is a correction, the fields stand as they were before it; if it is a
     * retraction, the event that it retracted stands again.
     */
    readonly event: string;
    readonly reason: string;
  };
}

export type AmendmentType = keyof AmendmentFields;

export const amendmentEvents: { readonly [T in AmendmentType]: EventDescription<AmendmentFields[T]> } = {
  corrected: {
    means: 'An earlier event was wrong; these are its fields as they should be.',
    version: 1,
    dated: false,
    // `data` is split into a public and a personal part like the fields of the corrected type (event-store/correction-parts.ts).
    personal: [],
  },
  retracted: { means: 'An earlier event should not stand.', version: 1, dated: false, personal: ['reason'] },
};

/** The events of a stream without its amendments: what is left of them once the amendments are applied. */
export type NonAmendment<E extends { readonly type: string }> = Exclude<E, { readonly type: AmendmentType }>;

/** An event as a client reports it: the register adds the type of the event that a correction corrects. */
export type ReportedEvent<E> = E extends { readonly type: 'corrected'; readonly correctedType: string }
  ? Omit<E, 'correctedType'> & { readonly correctedType?: string }
  : E;

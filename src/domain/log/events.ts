/** The events of the stream of the log itself: decisions of operators about it, which no client can report. */
import type { EventDescription, EventOf } from '../event.js';

/** How a log that an operator accepted differed from what was known of it before. */
export const ACCEPTED_DIFFERENCES = ['empty', 'shorter', 'other', 'diverged', 'checkpoint'] as const;

export interface LogFields {
  /**
   * `events`: how many events at the beginning of the log had no leaf hash; `root`: the root of the tree of the leaf hashes that they were
   * given.
   */
  'log-adopted': { readonly events: number; readonly root: string };
  /**
   * `events`: how many events the log had when it was accepted; `known`: how many were known before; `checkpoint`: the signed checkpoint
   * that the log does not continue.
   */
  'log-accepted': {
    readonly difference: (typeof ACCEPTED_DIFFERENCES)[number];
    readonly events: number;
    readonly known?: number;
    readonly checkpoint?: { readonly size: number; readonly root: string };
  };
}

export type LogEventType = keyof LogFields;
export type LogStreamEvent = EventOf<LogFields>;

/** The id of the only stream of the kind `log`. */
export const LOG_STREAM_ID = 'register';

export const logEvents: { readonly [T in LogEventType]: EventDescription<LogFields[T]> } = {
  'log-adopted': {
    means: 'Events recorded before there were leaf hashes got theirs.',
    version: 1,
    dated: false,
    personal: [],
  },
  'log-accepted': {
    means: 'An operator went on with a log that was not the one known before.',
    version: 1,
    dated: false,
    personal: [],
  },
};

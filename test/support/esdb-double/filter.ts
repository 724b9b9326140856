/** The filter of a read of the whole log. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './log.js';

export interface Filter {
  readonly allows: (record: LogRecord) => boolean;
  /** How many events a node looks at before it looks up. */
  readonly window: number;
  /** How many events are looked at from one checkpoint to the next. */
  readonly interval: number;
}

/** How many events a node reads at once. */
export const PAGE = 32;

/** Null where nothing is left out. */
export const filterOf = (options: ReadReq.Options): Filter | null => {
  const filter = options.getFilter();
  if (filter === undefined) return null;
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType();
  const [regex, prefixes] = [expression?.getRegex() ?? '', expression?.getPrefixList() ?? []];
  const pattern = regex === '' ? null : new RegExp(regex);
  const window = filter.hasMax() ? filter.getMax() : PAGE;
  return {
    allows: ({ stream, type }) => {
      const text = byStream === undefined ? type : stream;
      return pattern?.test(text) ?? prefixes.some((prefix) => text.startsWith(prefix));
    },
    window,
    interval: window * filter.getCheckpointintervalmultiplier(),
  };
};

/** The filter of a read of the whole log. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './log.js';

export interface Filter {
  readonly allows: (record: LogRecord) => boolean;
  /** Events per search window of a node. */
  readonly window: number;
  /** Events considered between two checkpoints. */
  readonly interval: number;
}

/** Events per read of a node. */
export const PAGE = 32;

/** The filter that a client sends with a read; null where it sends none. */
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

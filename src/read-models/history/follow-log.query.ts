/**
 * The live feed of projected events. All that a subscriber needs is a position: each page is read from the file after
 * that position, so history and live events need no hand-over, and no state is held per subscriber.
 */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { mentionsList } from '../person.js';
import type { LogTables, FullEventEntry } from '../log-tables.js';
import { ReadModels } from '../read-models.js';
import type { Scope } from '../scope.js';
import { STILL_KNOWN } from '../table.js';
import { toLoggedEvent } from './entry.js';
import type { LoggedEvent } from './logged-event.view.js';

/** One page of a feed. */
export interface FeedPage {
  readonly events: readonly LoggedEvent[];
  /** The position to continue after: all matching events up to it have been delivered. */
  readonly endPosition: number;
  /** Whether the end of the projected log was reached. */
  readonly caughtUp: boolean;
}

/** A subscription to the projected log, read in pages. */
export interface Feed {
  /** Reads the next events after a position, without waiting. */
  page(after: number): FeedPage;
  /** Calls `wake` when there may be new events; returns the function that unsubscribes. */
  onMore(wake: () => void): () => void;
}

/**
 * Subscribes to the log after a position; `types` selects types of events. `list` selects the events that concern a list: those
 * of its own stream, and those of a case from its first one that judges it on the list or gives it a reference there. Null for an
 * unknown list.
 */
export class FollowLog extends Query<Feed | null> {
  constructor(
    readonly scope: Scope,
    readonly parameters: { readonly types?: readonly string[]; readonly list?: string; readonly after: number },
  ) {
    super();
  }
}

/** A page ends once the JSON of its events reaches this many characters. */
const MAX_FEED_PAGE_CHARACTERS = 64 * 1024;

@QueryHandler(FollowLog)
export class FollowLogHandler implements IQueryHandler<FollowLog> {
  constructor(private readonly models: ReadModels) {}

  async execute({ parameters }: FollowLog): Promise<Feed | null> {
    const { logTables, position } = await this.models.contextAt({ position: parameters.after });
    if (parameters.list !== undefined && logTables.listAt(parameters.list, position) === null) return null;
    return {
      page: (after) => this.page(after, parameters),
      onMore: (wake) => this.models.onProjected(wake),
    };
  }

  private page(after: number, parameters: FollowLog['parameters']): FeedPage {
    const context = this.models.currentContext();
    if (context === null) return { events: [], endPosition: after, caughtUp: true };
    const { logTables, position } = context;
    const recorded = logTables.nextEvents(after, MAX_FEED_PAGE_CHARACTERS);
    const matches = feedEventFilter(logTables, parameters);
    const through = recorded.at(-1)?.position ?? after;
    return { events: recorded.filter(matches).map(toLoggedEvent), endPosition: through, caughtUp: through >= position };
  }
}

const feedEventFilter = (
  logTables: LogTables,
  { types, list }: FollowLog['parameters'],
): ((line: FullEventEntry) => boolean) => {
  const typeSet = types === undefined ? null : new Set(types);
  const isOfList = list === undefined ? () => true : listFilter(logTables, list);
  return (line) => (typeSet === null || typeSet.has(line.eventWithId.event.type)) && isOfList(line);
};

/**
 * Selects the events that concern a list: those of its own stream, and those of each case from the first on that mentions the list. Events
 * of instruments, claims and reference claims concern no list.
 */
const listFilter = (logTables: LogTables, list: string): ((line: FullEventEntry) => boolean) => {
  const firstMentions = new Map<number, number>();
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return subject.kind === 'list' && subject.id === list;
    const caseNo = logTables.cases.caseFedBy(stream, position);
    if (caseNo === null) return false;
    const mentionedAt = firstMentions.get(caseNo) ?? firstMentionPosition(logTables, caseNo, list);
    firstMentions.set(caseNo, mentionedAt);
    return mentionedAt <= position;
  };
};

/** The first position at which a case has an event that mentions the list; STILL_KNOWN, beyond every position, if it has none. */
const firstMentionPosition = (logTables: LogTables, caseNo: number, list: string): number => {
  const mentions = logTables.cases.streamSpansOf(caseNo).flatMap(({ stream, from, to }) => {
    const mention = logTables
      .streamEntries(stream, to)
      .find(({ eventWithId }) => mentionsList(eventWithId.event, list));
    return mention === undefined ? [] : [Math.max(from, mention.position)];
  });
  return Math.min(STILL_KNOWN, ...mentions);
};

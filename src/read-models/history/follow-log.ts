/**
 * The live feed of projected events. A subscriber is only a position: each page is read from the file after it, so
 * history and live events need no hand-over, and no state is held per subscriber.
 */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { mentionsList } from '../person.js';
import type { LogTables, FullEventEntry } from '../log-tables.js';
import { FollowLog, type Feed, type FeedPage } from '../queries.js';
import { ReadModels } from '../read-models.js';
import { STILL_KNOWN } from '../table.js';
import { toLoggedEvent } from './entry.js';

/** Characters of event JSON read for one page. */
const MAX_CHARACTERS = 64 * 1024;

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
    if (context === null) return { events: [], through: after, caughtUp: true };
    const { logTables, position } = context;
    const recorded = logTables.next(after, MAX_CHARACTERS);
    const matches = filterOf(logTables, parameters);
    const through = recorded.at(-1)?.position ?? after;
    return { events: recorded.filter(matches).map(toLoggedEvent), through, caughtUp: through >= position };
  }
}

const filterOf = (
  logTables: LogTables,
  { types, list }: FollowLog['parameters'],
): ((line: FullEventEntry) => boolean) => {
  const typeSet = types === undefined ? null : new Set(types);
  const isOfList = list === undefined ? () => true : listFilter(logTables, list);
  return (line) => (typeSet === null || typeSet.has(line.known.event.type)) && isOfList(line);
};

/** Selects events that concern a list. Reference claims concern no list: they are internal. */
const listFilter = (logTables: LogTables, list: string): ((line: FullEventEntry) => boolean) => {
  const firstMentions = new Map<number, number>();
  return ({ stream, subject, position }) => {
    if (subject.kind !== 'case') return subject.kind === 'list' && subject.id === list;
    const mentionedAt = firstMentions.get(stream) ?? firstMention(logTables, stream, list);
    firstMentions.set(stream, mentionedAt);
    return mentionedAt <= position;
  };
};

/** The position of the first event of a case that mentions the list; the maximum if none does. */
const firstMention = (logTables: LogTables, stream: number, list: string): number =>
  logTables.entries(stream, STILL_KNOWN).find(({ known }) => mentionsList(known.event, list))?.position ?? STILL_KNOWN;

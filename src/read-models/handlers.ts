/** All query handlers; the composition root provides them with a `ReadModelReader`. */
import { CountsHandler } from './counts/query.js';
import { MovementsHandler } from './counts/movements.js';
import { InstrumentsHandler, ListsHandler } from './definitions.js';
import { ReadLogHandler } from './history/read-log.js';
import { FollowLogHandler } from './history/follow-log.js';
import { HistoryHandler } from './history/query.js';
import { CasesHandler, ListMembersHandler } from './list/query.js';
import { OneCaseHandler } from './one-case.js';

export const QUERY_HANDLERS = [
  ListMembersHandler,
  CasesHandler,
  OneCaseHandler,
  HistoryHandler,
  ReadLogHandler,
  FollowLogHandler,
  CountsHandler,
  MovementsHandler,
  ListsHandler,
  InstrumentsHandler,
];

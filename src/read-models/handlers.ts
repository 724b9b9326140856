/** All query handlers; the composition root provides them with a `ReadModelReader`. */
import { ClaimsHandler } from './claims/claims.query.js';
import { MemberCountsHandler } from './counts/counts.query.js';
import { ListDifferencesHandler } from './counts/differences.query.js';
import { MovementsHandler } from './counts/movements.query.js';
import { DuplicatesHandler } from './names/duplicates.query.js';
import { DraftEditionHandler } from './editions/draft-edition.query.js';
import { EditionsHandler } from './editions/editions.query.js';
import { OneEditionHandler } from './editions/one-edition.query.js';
import { PeopleByEligibilityHandler } from './eligibility/eligibility.query.js';
import { InstrumentsHandler } from './definitions/instruments.query.js';
import { ListsHandler } from './definitions/lists.query.js';
import { ReadLogHandler } from './history/read-log.query.js';
import { FollowLogHandler } from './history/follow-log.query.js';
import { HistoryHandler } from './history/history.query.js';
import { EventPositionHandler } from './history/event-place.query.js';
import { OneEventHandler } from './history/one-event.query.js';
import { ReplayHandler } from './history/replay.query.js';
import { CasesHandler } from './list/cases.query.js';
import { ListMembersHandler } from './list/list-members.query.js';
import { OneStatisticHandler } from './statistics/statistics.query.js';
import { SurvivorOfHandler } from './survivor-of.query.js';
import { OneCaseHandler } from './one-case.query.js';

export const QUERY_HANDLERS = [
  ListMembersHandler,
  CasesHandler,
  OneCaseHandler,
  SurvivorOfHandler,
  HistoryHandler,
  OneEventHandler,
  EventPositionHandler,
  ReadLogHandler,
  FollowLogHandler,
  ReplayHandler,
  MemberCountsHandler,
  MovementsHandler,
  ListDifferencesHandler,
  ListsHandler,
  InstrumentsHandler,
  DuplicatesHandler,
  PeopleByEligibilityHandler,
  ClaimsHandler,
  OneStatisticHandler,
  DraftEditionHandler,
  EditionsHandler,
  OneEditionHandler,
];

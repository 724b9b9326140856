import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CasesController } from './cases/cases.controller.js';
import { ClaimsController } from './claims/claims.controller.js';
import { CommandService } from './commands/command.service.js';
import { CountsController } from './counts/counts.controller.js';
import { DuplicatesController } from './duplicates/duplicates.controller.js';
import { HEALTH_MONITOR, HealthController, type HealthMonitor } from './health/health.controller.js';
import { ApplicationsController } from './instruments/applications.controller.js';
import { InstrumentsController } from './instruments/instruments.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { EditionsController } from './lists/editions.controller.js';
import { ListsController } from './lists/lists.controller.js';
import { StatisticsController } from './statistics/statistics.controller.js';
import { BatchService } from './log/batch.service.js';
import { EventsController } from './log/events.controller.js';
import { FeedController } from './log/feed.controller.js';
import { FEED_LIMITS, Feeds } from './log/feeds.js';
import { HistoryController } from './log/history.controller.js';
import { ProofController } from './log/proof.controller.js';
import { MetricsController } from './metrics/metrics.controller.js';

const FEEDS_PROVIDER = {
  provide: Feeds,
  inject: [HEALTH_MONITOR],
  useFactory: (health: HealthMonitor) => new Feeds(FEED_LIMITS, (error) => health.onError(error)),
};

/** The REST interface. A global module must provide HEALTH_MONITOR, METRICS, LOG_PROOFS, jobs, and handlers of commands and queries. */
@Module({
  imports: [CqrsModule],
  controllers: [
    CasesController,
    DuplicatesController,
    ListsController,
    EditionsController,
    InstrumentsController,
    ApplicationsController,
    ClaimsController,
    EventsController,
    FeedController,
    HistoryController,
    ProofController,
    CountsController,
    StatisticsController,
    JobsController,
    HealthController,
    MetricsController,
  ],
  providers: [CommandService, BatchService, FEEDS_PROVIDER],
})
export class HttpModule {}

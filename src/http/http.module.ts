import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CasesController } from './cases.controller.js';
import { Feeds } from './feeds.js';
import { HealthController } from './health.controller.js';
import { InstrumentsController } from './instruments.controller.js';
import { ListsController } from './lists.controller.js';
import { Reads } from './reads.js';
import { MetricsController } from './metrics.controller.js';
import { RegisterController } from './register.controller.js';
import { Rows } from './rows.js';
import { Writes } from './writes.js';

/** The REST interface. Needs HEALTH and METRICS from a global module, and the handlers of the commands and questions it sends. */
@Module({
  imports: [CqrsModule],
  controllers: [
    CasesController,
    ListsController,
    InstrumentsController,
    RegisterController,
    HealthController,
    MetricsController,
  ],
  providers: [Reads, Writes, Rows, { provide: Feeds, useFactory: () => new Feeds() }],
})
export class HttpModule {}

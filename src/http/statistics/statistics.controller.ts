import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { pickFilters } from '../../read-models/list/filters.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import {
  STATISTIC_NAMES,
  STATISTICS,
  StatisticView,
  type StatisticName,
} from '../../read-models/statistics/statistic.view.js';
import { OneStatistic, type StatisticParameters } from '../../read-models/statistics/statistics.query.js';
import { CSV_CONTENT_TYPE } from '../../register-files/csv-table.js';
import { statisticAsCsv } from '../../register-files/statistic-export.js';
import { fileResponse } from '../file-response.js';
import { problemResponse, send, type HttpResponse } from '../http-response.js';
import { Operation, queryResponses } from '../operation.js';
import { pick } from '../parameters.js';
import { CurrentViewer } from '../request.decorators.js';
import { StatisticCsvQueryParameters, StatisticQueryParameters } from './parameters.js';

const NAMES_WITH_MEANINGS = STATISTIC_NAMES.map((name) => `\`${name}\` (${STATISTICS[name].means})`).join(', ');

@Controller('v1/statistics')
export class StatisticsController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':name')
  @Operation({
    summary: `A table of numbers of people: ${NAMES_WITH_MEANINGS}.`,
    tag: 'statistics',
    response: queryResponses.json(StatisticView),
  })
  async one(
    @Param('name') name: string,
    @Query() query: StatisticQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object | null> {
    return isStatistic(name)
      ? this.queries.execute(new OneStatistic(scopeOf(query, viewer), name, parametersOf(query)))
      : null;
  }

  @Get(':name/table.csv')
  @Operation({
    summary: 'The same as CSV.',
    tag: 'statistics',
    response: queryResponses.file(CSV_CONTENT_TYPE),
  })
  async csv(
    @Param('name') name: string,
    @Query() query: StatisticCsvQueryParameters,
    @CurrentViewer() viewer: Viewer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, await this.csvResponse(name, query, viewer));
  }

  private async csvResponse(name: string, query: StatisticCsvQueryParameters, viewer: Viewer): Promise<HttpResponse> {
    const asked = { scope: scopeOf(query, viewer), parameters: parametersOf(query), ...pick(query, ['separator']) };
    const exported = isStatistic(name) ? await statisticAsCsv(this.queries, { ...asked, statistic: name }) : null;
    return exported === null ? problemResponse('SUBJECT.UNKNOWN') : fileResponse(CSV_CONTENT_TYPE, exported);
  }
}

const isStatistic = (name: string): name is StatisticName => STATISTIC_NAMES.some((one) => one === name);

/** A statistic of several days is asked as of its last one. */
const scopeOf = ({ to, asOf, knownAt, atLeast }: StatisticQueryParameters, viewer: Viewer): Scope => {
  const day = to ?? asOf;
  return new Scope(viewer, { ...(day && { asOf: day }), ...(knownAt && { knownAt }), ...(atLeast && { atLeast }) });
};

const parametersOf = (query: StatisticQueryParameters): StatisticParameters => ({
  list: query.list,
  filters: pickFilters(query),
  ...pick(query, ['from', 'set']),
});

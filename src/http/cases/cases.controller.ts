import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiResponse } from '@nestjs/swagger';
import type { RecordEventsRequest } from '../../commands/record-events.js';
import { pickFilters } from '../../read-models/list/filters.js';
import { Cases } from '../../read-models/list/cases.query.js';
import { History } from '../../read-models/history/history.query.js';
import { CaseView, OneCase } from '../../read-models/one-case.query.js';
import { SurvivorOf } from '../../read-models/survivor-of.query.js';
import { Scope, ScopeParameters, type Viewer } from '../../read-models/scope.js';
import { NewSubject, SubjectEvent } from '../commands/command-request.js';
import { CommandService } from '../commands/command.service.js';
import { CommandHeaders } from '../commands/parameters.js';
import { HttpResponse } from '../http-response.js';
import { HistoryQueryParameters, toHistoryParameters } from '../log/parameters.js';
import { PersonPage } from '../../read-models/list/person.view.js';
import { HistoryPage } from '../../read-models/history/history-entry.view.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { pick, toPaging } from '../parameters.js';
import { CurrentViewer } from '../request.decorators.js';
import { withETag } from '../response.interceptor.js';
import { CasesQueryParameters } from './parameters.js';

@Controller('v1/cases')
export class CasesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandService,
  ) {}

  @Post()
  @Operation({
    summary: 'Open a case.',
    tag: 'cases',
    headers: CommandHeaders,
    body: 'OpenCase',
    response: commandResponses.created,
  })
  open(@NewSubject('case') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Post(':id/events')
  @Operation({
    summary: 'Report what happened.',
    tag: 'cases',
    headers: CommandHeaders,
    body: 'CaseEvent',
    response: commandResponses.recorded,
  })
  report(@SubjectEvent('case') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Get()
  @Operation({
    summary: 'Every dossier, on a list or not.',
    tag: 'cases',
    response: queryResponses.page(PersonPage),
  })
  list(@Query() query: CasesQueryParameters, @CurrentViewer() viewer: Viewer): Promise<object> {
    return this.queries.execute(
      new Cases(new Scope(viewer, query), {
        filters: pickFilters(query),
        page: toPaging(query),
        ...pick(query, ['list', 'name', 'words']),
        ...(query.reference === undefined ? {} : { reference: splitReference(query.reference) }),
      }),
    );
  }

  @Get(':id')
  @Operation({
    summary: 'One case on a day: axes, findings, periods.',
    tag: 'cases',
    response: queryResponses.withETag(CaseView),
  })
  @ApiResponse({
    status: 301,
    description: 'The case is merged into another, which `Location` names.',
    headers: { Location: { description: 'The case that it is merged into.', schema: { type: 'string' } } },
  })
  async one(
    @Param('id') id: string,
    @Query() query: ScopeParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<HttpResponse | null> {
    const scope = new Scope(viewer, query);
    const view = await this.queries.execute(new OneCase(scope, id));
    if (view !== null) return withETag(view, scope);
    const survivor = await this.queries.execute(new SurvivorOf(scope, id));
    return survivor === null ? null : redirectToSurvivor(survivor, query);
  }

  @Get(':id/history')
  @Operation({
    summary: 'Who recorded what of a case, when, from which source, and what it changed.',
    tag: 'cases',
    response: queryResponses.page(HistoryPage),
  })
  history(
    @Param('id') id: string,
    @Query() query: HistoryQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object | null> {
    return this.queries.execute(
      new History(new Scope(viewer, query), { subject: { kind: 'case', id }, ...toHistoryParameters(query) }),
    );
  }
}

/**
 * A redirect to the survivor of a merge. It is permanent (301) but never cached (`Cache-Control: no-store`, the
 * default of responses), since the merge may be undone.
 */
const redirectToSurvivor = (id: string, query: ScopeParameters): HttpResponse => {
  const parameters = new URLSearchParams({ ...query }).toString();
  return new HttpResponse(301, { location: `/v1/cases/${id}${parameters === '' ? '' : `?${parameters}`}` });
};

/** Splits `union:AZ-0137`; a reference may contain colons, the id of a list cannot. */
const splitReference = (text: string): { readonly list: string; readonly reference: string } => {
  const colon = text.indexOf(':');
  return { list: text.slice(0, colon), reference: text.slice(colon + 1) };
};

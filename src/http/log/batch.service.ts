import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyBaseLogger } from 'fastify';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RecordBatch, type BatchRow, type BatchRowResult } from '../../commands/record-batch.js';
import { outcomeResponse } from '../commands/command.service.js';
import { toErrorResponse, errorTraceOf } from '../faults.js';
import { HttpResponse, problemResponse } from '../http-response.js';
import { readRow, type BatchRequest, type RowValidation } from './batch-request.js';

/** Rows that are validated before other requests get a turn of the event loop. */
const ROWS_PER_TURN = 25;

@Injectable()
export class BatchService {
  constructor(private readonly commands: CommandBus) {}

  /** The status is 200 whatever the rows' outcomes are: each row has a status of its own in the body. */
  async record({ metadata, rowBodies, log }: BatchRequest): Promise<HttpResponse> {
    const readRows: RowValidation[] = [];
    for (const body of rowBodies) {
      readRows.push(readRow(body));
      if (readRows.length % ROWS_PER_TURN === 0) await nextTurn();
    }
    const rows = readRows.map(({ row }) => row);
    const recorded = await this.commands.execute(new RecordBatch({ rows, ...metadata }));
    logFault(log, recorded.rows);
    const items = readRows.map(({ row, refusal }, index) => {
      const { status, body } = refusal ?? rowResponse(row, recorded.rows[index] as BatchRowResult);
      return { row: index + 1, status, body };
    });
    return new HttpResponse(200, {}, { items, token: recorded.token });
  }
}

/** The response that the row would get as a request of its own. */
const rowResponse = (row: BatchRow, outcome: BatchRowResult): HttpResponse => {
  switch (outcome.outcome) {
    case 'failed':
      return toErrorResponse(outcome.error).response;
    case 'reference-not-given':
      return problemResponse('REFERENCE.NOT_GIVEN');
    case 'unreadable':
      return problemResponse('REQUEST.INVALID');
    default:
      return outcomeResponse(outcome, { isNewSubject: 'case' in row && row.case === null });
  }
};

/** Logs the first fault only, since one cause usually fails most rows. */
const logFault = (log: FastifyBaseLogger, outcomes: readonly BatchRowResult[]): void => {
  const failed = outcomes.find((row) => row.outcome === 'failed' && toErrorResponse(row.error).isFault);
  if (failed?.outcome === 'failed') log.error(errorTraceOf(failed.error), 'fault');
};

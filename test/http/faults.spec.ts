import { NotFoundException, PayloadTooLargeException } from '@nestjs/common';
import { AppendTooLarge, StoreBusy, StoreDamaged, StoreUnavailable } from '../../src/event-store/port.js';
import { UnreadableBody } from '../../src/http/body-parser.js';
import { toErrorResponse, errorTraceOf } from '../../src/http/faults.js';
import { InvalidCursor, NotCaughtUp } from '../../src/read-models/query-errors.js';
import { LogUnverified } from '../../src/proof/log-watch.js';
import { ClockBehind } from '../../src/watching/log-time.js';

const SECRET = 'Səməd Nümunəyev';

it.each([
  [new StoreUnavailable(SECRET), 503, 'REGISTER.UNAVAILABLE', false],
  [new StoreBusy(SECRET), 503, 'REGISTER.BUSY', false],
  [new StoreDamaged(SECRET), 503, 'REGISTER.DAMAGED', true],
  [new LogUnverified(SECRET), 503, 'REGISTER.VERIFYING', false],
  [new ClockBehind(SECRET), 503, 'REGISTER.CLOCK_BEHIND', true],
  [new AppendTooLarge(SECRET), 413, 'EVENT.TOO_LARGE', false],
  [new NotCaughtUp(SECRET), 503, 'READS.BEHIND', false],
  [new InvalidCursor('after'), 400, 'REQUEST.INVALID', false],
  [new UnreadableBody('BODY.NOT_UTF8'), 400, 'BODY.NOT_UTF8', false],
  [new PayloadTooLargeException(SECRET), 413, 'BODY.TOO_LARGE', false],
  [new NotFoundException(SECRET), 400, 'REQUEST.MALFORMED', false],
  [Object.assign(new Error(SECRET), { statusCode: 415 }), 415, 'BODY.NOT_DECLARED_JSON', false],
  [Object.assign(new Error(SECRET), { code: 'SQLITE_CORRUPT_INDEX' }), 503, 'READS.UNAVAILABLE', true],
  [Object.assign(new Error(SECRET), { code: 'SQLITE_BUSY' }), 503, 'READS.UNAVAILABLE', true],
  [Object.assign(new Error(SECRET), { code: 'SQLITE_ERROR' }), 500, 'REGISTER.FAULT', true],
  [new TypeError(SECRET), 500, 'REGISTER.FAULT', true],
  [SECRET, 500, 'REGISTER.FAULT', true],
  [undefined, 500, 'REGISTER.FAULT', true],
])('%p: %d %s', (error, status, code, isFault) => {
  const result = toErrorResponse(error);
  expect(result.response).toMatchObject({ status, body: { status, code } });
  expect(result.isFault).toBe(isFault);
  expect(result.response.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  expect(JSON.stringify(result)).not.toContain(SECRET);
});

it('a trace has the error name, its code and its frames, but not its message', () => {
  const trace = errorTraceOf(Object.assign(new RangeError(`${SECRET}\n at ${SECRET}`), { code: 'X' }));
  expect(trace).toMatchObject({ error: 'RangeError', code: 'X' });
  expect(trace.at.length).toBeGreaterThan(0);
  expect(errorTraceOf(SECRET)).toEqual({ error: 'string', at: [] });
  expect(JSON.stringify(trace)).not.toContain(SECRET);
});

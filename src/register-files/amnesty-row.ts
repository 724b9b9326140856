/** Reads a row of an amnesty file: the person an act was applied to, and their release. Pure. */
import { parseSources, undefinedIfEmpty } from './cell-values.js';
import { columnOfPointerInRow, type AmnestyRow } from './row-columns.js';
import { AMNESTY_ROW_DAY_ORDERS, dayOrderErrors } from './day-order.js';
import { checkDrafts, type RawEvent, type EventDraft } from './event-draft.js';
import { futureDateError, isCertainlyFuture, type ParsedRow, type RowContext } from './register-row.js';
import { firstErrorPerCell, type CellError } from './report.js';

/** Gives the events of a row, or an error for each wrong cell. Whether a case has the reference is checked by record-row.ts. */
export const readAmnestyRow = (row: AmnestyRow, context: RowContext): ParsedRow => {
  const drafts = draftEvents(row).map((data): EventDraft => ({
    data,
    locate: (pointer) => columnOfPointerInRow('amnesty', data, pointer),
  }));
  const { events, errors } = checkDrafts('case', drafts);
  const cellErrors = firstErrorPerCell([...errors, ...cellErrorsOf(row, context)]);
  if (cellErrors.length > 0) return { events: [], errors: cellErrors };
  const orderErrors = dayOrderErrors(row, AMNESTY_ROW_DAY_ORDERS);
  return orderErrors.length > 0 ? { events: [], errors: orderErrors } : { events, errors: [] };
};

const draftEvents = (row: AmnestyRow): readonly RawEvent[] => {
  const sources = parseSources(row.source);
  const amnestied: RawEvent = {
    type: 'amnestied',
    occurredOn: undefinedIfEmpty(row.amnestied_on),
    act: undefinedIfEmpty(row.instrument),
    effect: undefinedIfEmpty(row.effect),
    clause: undefinedIfEmpty(row.clause),
    sources,
  };
  const released: RawEvent = { type: 'released', occurredOn: row.released_on, reason: 'amnesty', sources };
  return row.released_on === '' ? [amnestied] : [amnestied, released];
};

const cellErrorsOf = (row: AmnestyRow, { today, instruments }: RowContext): readonly CellError[] => {
  const errors: CellError[] = [];
  if (row.ref === '') errors.push({ column: 'ref', code: 'FIELD.MISSING', expected: 'the reference of a case' });
  for (const column of ['amnestied_on', 'released_on'] as const)
    if (isCertainlyFuture(row[column], today)) errors.push(futureDateError(column));
  const act = instruments.find(({ id }) => id === row.instrument);
  if (row.instrument !== '' && act === undefined) {
    errors.push({ column: 'instrument', code: 'INSTRUMENT.UNKNOWN', expected: 'an act that the register knows' });
  } else if (row.clause !== '' && act?.clauses.includes(row.clause) === false) {
    errors.push({ column: 'clause', code: 'INSTRUMENT.CLAUSE_UNKNOWN', expected: 'a clause that the act has' });
  }
  return errors;
};

/** A row of the amnesty file: to whom an act was applied, and when they walked out. Pure: what it refers to comes in. */
import { columnOf, type AmnestyRow } from './row-columns.js';
import { AMNESTY_ORDER, dayOrderErrors } from './day-order.js';
import { checkDrafts, type RawEvent, type EventDraft } from './event-draft.js';
import { futureDate, isFuture, type ParsedRow, type RowContext } from './register-row.js';
import { firstErrorPerCell, type CellError } from './report.js';

/** Reads a row: its events, or every wrong cell of it. Of which case it speaks is not judged here, only that it says so. */
export const readAmnestyRow = (row: AmnestyRow, referred: RowContext): ParsedRow => {
  const drafts = bodiesOf(row).map((body): EventDraft => ({
    body,
    locate: (pointer) => columnOf('amnesty', body, pointer),
  }));
  const { statements, wrong } = checkDrafts('case', drafts);
  const all = firstErrorPerCell([...wrong, ...cellsOf(row, referred)]);
  if (all.length > 0) return { statements: [], wrong: all };
  const compared = dayOrderErrors(row, AMNESTY_ORDER);
  return compared.length > 0 ? { statements: [], wrong: compared } : { statements, wrong: [] };
};

const bodiesOf = (row: AmnestyRow): readonly RawEvent[] => {
  const sources = row.source === '' ? undefined : [{ kind: 'register-file', citation: row.source }];
  const amnestied: RawEvent = {
    type: 'amnestied',
    occurredOn: orUnknown(row.amnestied_on),
    act: orUnknown(row.instrument),
    effect: orUnknown(row.effect),
    clause: orUnknown(row.clause),
    sources,
  };
  const released: RawEvent = { type: 'released', occurredOn: row.released_on, reason: 'amnesty', sources };
  return row.released_on === '' ? [amnestied] : [amnestied, released];
};

const orUnknown = (cell: string): string | undefined => (cell === '' ? undefined : cell);

const cellsOf = (row: AmnestyRow, { today, instruments }: RowContext): readonly CellError[] => {
  const wrong: CellError[] = [];
  if (row.ref === '') wrong.push({ column: 'ref', code: 'FIELD.MISSING', expected: 'the reference of a case' });
  for (const column of ['amnestied_on', 'released_on'] as const)
    if (isFuture(row[column], today)) wrong.push(futureDate(column));
  const act = instruments.find(({ id }) => id === row.instrument);
  if (row.instrument !== '' && act === undefined) {
    wrong.push({ column: 'instrument', code: 'INSTRUMENT.UNKNOWN', expected: 'an act that the register knows' });
  } else if (row.clause !== '' && act?.clauses.includes(row.clause) === false) {
    wrong.push({ column: 'clause', code: 'INSTRUMENT.CLAUSE_UNKNOWN', expected: 'a clause that the act has' });
  }
  return wrong;
};

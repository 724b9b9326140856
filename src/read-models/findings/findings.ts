import { findingCodes, type FindingCode } from '../../domain/case/findings.js';
import { findingKey } from '../../domain/decide.js';
import type { Finding } from '../../domain/event.js';
import { cachedStatement, type Db } from '../table.js';
import type { FindingRow } from './tables.js';

/** The findings of a case as known at a position, sorted by code and events. */
export const knownFindings = (db: Db, caseNo: number, position: number): readonly Finding[] => {
  const sql = `SELECT code, grade, events FROM findings
    WHERE case_no = @caseNo AND known_from <= @position AND @position < known_to`;
  const rows = cachedStatement(db, sql).all({ caseNo, position }) as FindingRow[];
  return rows
    .map(({ code, grade, events }) => ({
      code,
      grade,
      events: JSON.parse(events) as readonly string[],
      expected: findingCodes[code as FindingCode].means,
    }))
    .sort((a, b) => (findingKey(a) < findingKey(b) ? -1 : 1));
};

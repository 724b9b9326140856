/** The stage of proceedings, which is computed from two columns of a period. */
import { CONVICTED_STAGE, HELD_CUSTODIES } from '../../domain/case/state.js';

export const STAGES = ['convicted', 'awaiting-judgment'] as const;

const quotedList = (values: Iterable<string>): string => [...values].map((value) => `'${value}'`).join(', ');

/** Stage: convicted, held or not; else awaiting judgment if held; else null. */
export const STAGE_SQL = `CASE WHEN p.proceedings IN (${quotedList(CONVICTED_STAGE)}) THEN 'convicted'
  WHEN p.custody IN (${quotedList(HELD_CUSTODIES)}) THEN 'awaiting-judgment' END`;

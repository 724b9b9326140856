/** Generates the table of readiness codes in docs/operations.md. */
import {
  LOG_READINESS_CODES,
  READ_MODEL_READINESS_CODES,
  WARNINGS,
  type MeaningAndRemedy,
} from '../src/watching/readiness.js';

export const alarmsTable = (): string =>
  [
    '| part | code | what it means | what to do |',
    '| --- | --- | --- | --- |',
    ...Object.entries<Readonly<Record<string, MeaningAndRemedy>>>({
      log: LOG_READINESS_CODES,
      'read-models': READ_MODEL_READINESS_CODES,
      warnings: WARNINGS,
    }).flatMap(([part, codes]) =>
      Object.entries(codes).map(
        ([code, { meaning, remedy }]) => `| \`${part}\` | \`${code}\` | ${meaning} | ${remedy} |`,
      ),
    ),
  ].join('\n');

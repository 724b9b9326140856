/**
 * Whether a name that a file gives to a case is another person's: the reference may be wrong, or the list numbered anew. In a list sorted
 * by name the neighbours are alike, so that likeness alone does not tell.
 */
import { namesIn } from '../domain/case/events.js';
import { MIN_MATCH_SCORE, matchNames } from '../domain/names/ranking.js';
import type { Recorder } from './recorder.js';
import type { CellError } from './report.js';

type EventWithNames = Parameters<typeof namesIn>[0];

/** A name in a file that its case does not have. */
export interface NewName {
  readonly column: string;
  /** Whether it takes the place of a name of the case, rather than being added. */
  readonly isReplacing: boolean;
}

/** The names in the file, and those of the case with the reference. */
interface ComparedNames {
  readonly caseId: string;
  readonly told: readonly EventWithNames[];
  readonly recorded: readonly EventWithNames[];
}

/** The least likeness of a name to one that it replaces: a slip or another spelling, not another first name with the same patronymic. */
const MIN_REPLACING_SCORE = 0.75;
/** A name that replaces another is another case's if it is more like that by this much. */
const CLOSER_BY = 0.05;

/** The error of the new name where no name of the file is like one of the case; null where one is, or the case has none. */
export const otherPersonError = async (
  recorder: Recorder,
  { column, isReplacing }: NewName,
  { caseId, told, recorded }: ComparedNames,
): Promise<CellError | null> => {
  const [names, known] = [textsOfNames(told), textsOfNames(recorded)];
  if (known.length === 0) return null;
  const likeness = Math.max(...names.flatMap((name) => known.map((other) => matchNames(name, other).score)));
  const isOther = isReplacing
    ? likeness < MIN_REPLACING_SCORE || (await isCloserToOtherCase(recorder, caseId, names, likeness))
    : likeness < MIN_MATCH_SCORE;
  return isOther ? { column, code: 'ROW.OTHER_PERSON', expected: EXPECTED } : null;
};

const EXPECTED =
  'a name like those of the case that has the reference; if the person is the same, the reference in same_as, or the name corrected in the case first';

const isCloserToOtherCase = async (
  recorder: Recorder,
  caseId: string,
  names: readonly string[],
  likeness: number,
): Promise<boolean> => {
  for (const name of likeness + CLOSER_BY < 1 ? names : []) {
    const found = await recorder.casesNamedBeforeFile(name);
    if (found.some((other) => other.caseId !== caseId && other.score > likeness + CLOSER_BY)) return true;
  }
  return false;
};

const textsOfNames = (events: readonly EventWithNames[]): readonly string[] =>
  events.flatMap(namesIn).flatMap(({ text }) => (text === '' ? [] : [text]));

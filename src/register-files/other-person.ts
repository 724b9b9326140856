/** Whether the names that a file gives to a case can be of its person. */
import { namesIn } from '../domain/case/events.js';
import { MIN_MATCH_SCORE, matchNames } from '../domain/names/ranking.js';
import type { CellError } from './report.js';

type EventWithNames = Parameters<typeof namesIn>[0];

/**
 * The error where none of the names that the file gives is like one of the case's: the reference may be another person's, as where a
 * list was numbered anew. Null where one is, or the case has no name. `place`: the column of a new name.
 */
export const otherPersonError = (
  place: string,
  told: readonly EventWithNames[],
  recorded: readonly EventWithNames[],
): CellError | null => {
  const known = textsOfNames(recorded);
  const isAlike = textsOfNames(told).some((name) =>
    known.some((other) => matchNames(name, other).score >= MIN_MATCH_SCORE),
  );
  return isAlike || known.length === 0 ? null : { column: place, code: 'ROW.OTHER_PERSON', expected: EXPECTED };
};

const EXPECTED =
  'a name like those of the case that has the reference; if the person is the same, the reference in same_as, or the name corrected in the case first';

const textsOfNames = (events: readonly EventWithNames[]): readonly string[] =>
  events.flatMap(namesIn).flatMap(({ text }) => (text === '' ? [] : [text]));

/** Selects the versions of clauses that an eligibility query is about. */
import type { ClauseFields } from '../../domain/instrument/events.js';
import type { ClauseVersion, Instrument } from '../../domain/instrument/instrument.js';
import { InvalidParameter } from '../query-errors.js';

/** The name of one version of a clause: `six-months-drugs@rolling`. */
export const clauseVersionName = ({ clause, version }: Pick<ClauseFields, 'clause' | 'version'>): string =>
  `${clause}@${version}`;

/**
 * The versions of the named clauses; if none are named, of every clause of the instrument. Throws InvalidParameter for an unknown clause,
 * for a clause with several versions whose version is not named, and for an instrument without clauses.
 */
export const clausesInQuestion = (
  { clauseVersions }: Pick<Instrument, 'clauseVersions'>,
  named: readonly string[] | undefined,
): readonly ClauseVersion[] => {
  const ids = named ?? [...new Set(clauseVersions.map(({ clause }) => clause))];
  if (ids.length === 0) throw unknownClause(clauseVersions);
  return ids.map((name) => {
    const matching = clauseVersions.filter((one) => one.clause === name || clauseVersionName(one) === name);
    const [only, ...others] = matching;
    if (only === undefined) throw unknownClause(clauseVersions);
    if (others.length > 0)
      throw new InvalidParameter('clause', 'CLAUSE.AMBIGUOUS', `one of ${clauseVersionNames(matching)}`);
    return only;
  });
};

const MAX_CLAUSES_IN_MESSAGE = 20;

const clauseVersionNames = (versions: readonly ClauseVersion[]): string =>
  versions.slice(0, MAX_CLAUSES_IN_MESSAGE).map(clauseVersionName).join(', ');

const unknownClause = (versions: readonly ClauseVersion[]): InvalidParameter =>
  new InvalidParameter(
    'clause',
    'CLAUSE.UNKNOWN',
    versions.length === 0 ? 'an instrument of which a clause is recorded' : `one of ${clauseVersionNames(versions)}`,
  );

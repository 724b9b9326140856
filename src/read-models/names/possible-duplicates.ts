/** Cases that may be of a person whom somebody is about to record. */
import {
  likenessOf,
  NO_CIRCUMSTANCES,
  type Circumstances,
  type DuplicateCandidate,
  type PersonData,
} from '../../domain/names/likeness.js';
import { listEntriesOf } from '../list/entries.js';
import { scopeValues, versionCondition, type ListScope } from '../list/predicate.js';
import { cachedStatement, type Db } from '../table.js';
import { ANY_CASE, searchNames } from './name-search.js';

/** How many candidates are shown at most: more are no help to anybody. */
const MAX_CANDIDATES_SHOWN = 10;
/** How many spellings of the name of the new person are searched for: the first that were given. */
const MAX_NAMES_SEARCHED = 5;

/** Cases of a like name that are known in the scope, the likeliest first, at most MAX_CANDIDATES_SHOWN. */
export const possibleDuplicates = (
  db: Db,
  scope: ListScope,
  person: PersonData,
  condition = ANY_CASE,
): readonly DuplicateCandidate[] => {
  const found = person.names
    .slice(0, MAX_NAMES_SEARCHED)
    .flatMap((name) => searchNames(db, scope, name, condition).found);
  const whole = found.filter(({ why }) => !why.includes('beginning'));
  const circumstances = circumstancesIn(
    db,
    scope,
    whole.map(({ case_no }) => case_no),
  );
  const best = new Map<number, ScoredCandidate>();
  for (const name of whole) {
    const other = { ...name, circumstances: circumstances.get(name.case_no) ?? NO_CIRCUMSTANCES };
    const { score, ...likeness } = likenessOf(name, other, person);
    const candidate = { text: name.text, score: Math.round(score * 1_000) / 1_000, ...likeness };
    if (isLikelier(candidate, best.get(name.case_no))) best.set(name.case_no, candidate);
  }
  const likeliest = [...best]
    .sort(([a, one], [b, other]) => (isLikelier(one, other) ? -1 : isLikelier(other, one) ? 1 : a - b))
    .slice(0, MAX_CANDIDATES_SHOWN);
  const entries = listEntriesOf(
    db,
    scope,
    likeliest.map(([caseNo]) => caseNo),
  );
  return likeliest.flatMap(([caseNo, candidate]) => {
    const entry = entries.get(caseNo);
    return entry === undefined ? [] : [{ caseId: entry.caseId, references: entry.references, ...candidate }];
  });
};

/** The circumstances of cases, by case number; no entry where nothing is known. */
export const circumstancesIn = (
  db: Db,
  scope: ListScope,
  caseNos: readonly number[],
): ReadonlyMap<number, Circumstances> => {
  const sql = `SELECT c.case_no, c.arrests, c.places FROM json_each(@caseNos) j
    CROSS JOIN circumstances c ON c.case_no = j.value AND ${versionCondition('c', scope)}`;
  const values = { ...scopeValues(scope), caseNos: JSON.stringify([...new Set(caseNos)]) };
  const rows = cachedStatement(db, sql).raw().all(values) as [number, string, string][];
  return new Map(
    rows.map(([caseNo, arrests, places]) => [
      caseNo,
      { arrests: JSON.parse(arrests) as readonly string[], places: JSON.parse(places) as readonly string[] },
    ]),
  );
};

type ScoredCandidate = Omit<DuplicateCandidate, 'caseId' | 'references'>;

/** A probable duplicate comes before any other; of two that are equal in this, the one with the higher score. */
const isLikelier = (one: ScoredCandidate, other: ScoredCandidate | undefined): boolean =>
  other === undefined || (one.isProbable === other.isProbable ? one.score > other.score : one.isProbable);

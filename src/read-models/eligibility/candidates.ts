/**
 * Reads everybody who may be on a list on a day, in the order of references, with the data that the conditions of
 * clauses need.
 */
import type { CaseEvent } from '../../domain/case/events.js';
import type { Period, RunningSentence, Standing } from '../../domain/case/period.js';
import type { Custody, Proceedings, SentenceState } from '../../domain/case/state.js';
import { eventsAsTheyStand } from '../../domain/corrections.js';
import type { EventWithId } from '../../domain/event.js';
import { isApplication, periodsWithoutAct, type EligibilityCandidate } from '../../domain/instrument/eligibility.js';
import { MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../../domain/time.js';
import type { LogTables } from '../log-tables.js';
import {
  toPeriodSqlConditions,
  memberConditions,
  scopeValues,
  validCondition,
  type ListScope,
} from '../list/predicate.js';
import type { ListDefinition } from '../../domain/list/list.js';
import { chooseFacets, populationContainingMembers } from '../list/facets.js';
import { walk, type CaseSortPosition } from '../list/walk.js';
import { personDescription } from '../person.js';
import type { QueryContext } from '../reader.js';
import { cachedStatement, type Db } from '../table.js';

/** Cases in one slice, which takes some 20 ms. Other requests run between slices. */
const SLICE_SIZE = 1_000;

export interface Slice {
  readonly caseNos: readonly number[];
  /** The place after which the next slice begins; null after the last slice. */
  readonly end: CaseSortPosition | null;
}

/** The members of a list on the day of the scope, certain and possible, after a place, in the order of their references. */
export const memberSlice = (db: Db, scope: ListScope, list: ListDefinition, after: CaseSortPosition | null): Slice => {
  const match = toPeriodSqlConditions(memberConditions(list, scope.day));
  const found = walk(db, {
    scope,
    facets: chooseFacets(list.id, populationContainingMembers(list, scope.day), {}),
    sort: 'reference',
    match,
    after,
    limit: SLICE_SIZE,
  });
  return {
    caseNos: found.map(({ caseNo }) => caseNo),
    end: found.length < SLICE_SIZE ? null : (found.at(-1) ?? null),
  };
};

/**
 * The periods of cases as if the instrument had not been applied: for the cases in `applied` all periods, computed anew; for all others
 * the projected ones that are valid on the day of the scope.
 */
export const periodsByCaseWithoutInstrument = (
  { db, logTables }: Pick<QueryContext, 'db' | 'logTables'>,
  scope: ListScope,
  caseNos: readonly number[],
  instrument: string,
  applied: ReadonlySet<number>,
): ReadonlyMap<number, readonly Period[]> => {
  const sql = `SELECT p.case_no, ${CANDIDATE_COLUMNS_SQL} FROM json_each(@caseNos) c
    CROSS JOIN periods p ON p.list = '' AND p.case_no = c.value AND ${validCondition('p', scope)}`;
  const projected = caseNos.filter((caseNo) => !applied.has(caseNo));
  const values = { ...scopeValues(scope), caseNos: JSON.stringify(projected) };
  const found = new Map<number, readonly Period[]>();
  for (const [caseNo, ...row] of cachedStatement(db, sql).raw().all(values) as [number, ...StandingRow][])
    found.set(caseNo, [...(found.get(caseNo) ?? []), { from: MIN_DAY, to: MAX_DAY, standing: standingOf(row) }]);
  for (const caseNo of caseNos)
    if (applied.has(caseNo))
      found.set(caseNo, periodsWithoutAct(caseEventsAsTheyStand(logTables, caseNo, scope.position), instrument));
  return found;
};

const CANDIDATE_COLUMNS_SQL = `p.undecided, p.custody, p.proceedings, p.sentence, p.end_earliest, p.end_latest, p.running, p.life,
  p.articles, p.lists`;

type StandingRow = [
  undecided: 0 | 1,
  custody: Custody,
  proceedings: Proceedings,
  sentence: SentenceState,
  earliest: Day | null,
  latest: Day | null,
  running: string | null,
  life: 0 | 1,
  articles: string,
  lists: string,
];

/** The standing in a row, null if undecided; without what clauses do not ask for: facility, incident and the ids of events. */
const standingOf = ([
  undecided,
  custody,
  proceedings,
  sentence,
  earliest,
  latest,
  running,
  life,
  articles,
  lists,
]: StandingRow): Standing | null =>
  undecided === 1
    ? null
    : {
        custody,
        custodyEventId: null,
        proceedings,
        sentence,
        sentenceEnd: earliest === null || latest === null ? null : { earliest, latest },
        running: running === null ? null : (JSON.parse(running) as RunningSentence),
        isForLife: life === 1,
        articles: JSON.parse(articles) as readonly string[],
        facility: null,
        incident: null,
        lists: JSON.parse(lists) as Standing['lists'],
      };

const caseEventsAsTheyStand = (
  logTables: LogTables,
  caseNo: number,
  position: number,
): readonly EventWithId<CaseEvent>[] =>
  eventsAsTheyStand(logTables.caseEntries(caseNo, position).map(({ eventWithId }) => eventWithId));

/** Birth and sex of a person, as known at a position. */
export const birthAndSexOf = (
  logTables: LogTables,
  caseNo: number,
  position: number,
): Pick<EligibilityCandidate, 'born' | 'sex'> => {
  const { born = null, sex = null } = personDescription(caseEventsAsTheyStand(logTables, caseNo, position));
  return { born, sex };
};

/**
 * The cases to which the instrument may have been applied by a day, so that their projected periods cannot be used. Corrections of
 * applications count too, since they may have changed the instrument.
 */
export const casesWithApplication = (
  { db, logTables }: Pick<QueryContext, 'db' | 'logTables'>,
  instrument: string,
  day: Day,
  position: number,
): ReadonlySet<number> => {
  const sql = `SELECT DISTINCT stream FROM events WHERE type IN ('amnestied', 'pardoned') AND position <= @position
      AND (event ->> '$.act' = @instrument OR event ->> '$.decree' = @instrument)
    UNION SELECT stream FROM events WHERE type = 'corrected' AND position <= @position
      AND event ->> '$.correctedType' IN ('amnestied', 'pardoned')`;
  const streams = db.prepare(sql).pluck().all({ instrument, position }) as number[];
  const cases = new Set(
    streams.map((stream) => logTables.cases.caseFedBy(stream, position)).filter((no) => no !== null),
  );
  return new Set(
    [...cases].filter((caseNo) =>
      caseEventsAsTheyStand(logTables, caseNo, position).some(
        ({ event }) =>
          isApplication(event, instrument) && (parseEdtf(event.occurredOn ?? '')?.earliest ?? MIN_DAY) <= day,
      ),
    ),
  );
};

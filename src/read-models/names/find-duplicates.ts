/**
 * Compares the whole register with itself, case by case, as a job: every case with those opened before it, in any spelling of their
 * names. Only the ids of the pairs are kept; how they are alike is computed when somebody asks for them, and a person decides.
 */
import { Injectable, Optional } from '@nestjs/common';
import { setImmediate as othersTurn, setTimeout as sleep } from 'node:timers/promises';
import { MIN_MATCH_SCORE } from '../../domain/names/ranking.js';
import type { DuplicateCandidate } from '../../domain/names/likeness.js';
import type { DurableJobContext, JobItem, JobKind } from '../../jobs/durable-job.js';
import { DurableJobs, type StartResult } from '../../jobs/durable-jobs.js';
import type { JobProgress } from '../../jobs/job.js';
import { LIMITS } from '../../schema/limits.js';
import { listScope, scopeValues, versionCondition, type ListScope } from '../list/predicate.js';
import { NotCaughtUp } from '../query-errors.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { cachedStatement, type Db } from '../table.js';
import { ANY_CASE } from './name-search.js';
import { personsIn } from './named-persons.js';
import { possibleDuplicates } from './possible-duplicates.js';

export const FIND_DUPLICATES = 'find-duplicates';

interface FindDuplicatesParameters {
  /** The log position at which cases are compared, each as known there. */
  readonly position: number;
}

/** How many cases are compared in one turn of the event loop. */
const CASES_PER_STEP = 10;
/** How many cases are compared before the progress is saved. */
const CASES_PER_SAVE = 500;

@Injectable()
export class FindDuplicates implements JobKind<FindDuplicatesParameters> {
  readonly name = FIND_DUPLICATES;

  constructor(
    private readonly reader: ReadModelReader,
    private readonly jobs: DurableJobs,
    @Optional() private readonly maxPairs: number = LIMITS.duplicatePairs,
  ) {
    jobs.registerKind(this);
  }

  describe({ position }: FindDuplicatesParameters): Readonly<Record<string, string>> {
    return { position: String(position) };
  }

  /**
   * Starts a job that compares all cases as known at the position of the scope; its day does not matter. Waits first until the read models
   * have all that is recorded. The job ends early once it has found `maxPairs` pairs. There is one job for each position: a second
   * call for the same position returns the first one's job. Throws what `openScope` throws, and errors of the store.
   */
  async start(scope: Scope): Promise<StartResult<null>> {
    const head = await this.reader.store.head();
    if (head !== null) await this.reader.contextAt({ atLeast: head });
    const {
      scope: { position },
    } = await openScope(this.reader, scope);
    return this.jobs.start(this, `${FIND_DUPLICATES}-${position}`, { position }, () => Promise.resolve(null));
  }

  async run(
    _: string,
    { position }: FindDuplicatesParameters,
    { signal, earlierItems, earlierProgress, save }: DurableJobContext,
  ): Promise<void> {
    let [done, pairs, isEnd] = [earlierProgress?.done ?? 0, earlierItems.length, false];
    let unsaved: JobItem[] = [];
    let [savedAt, total] = [done, earlierProgress?.total ?? 0];
    const saveAll = (): void => {
      save(progressOf(done, total, pairs), unsaved);
      [savedAt, unsaved] = [done, []];
    };
    try {
      while (!isEnd && pairs < this.maxPairs) {
        signal.throwIfAborted();
        const { db, position: head, clock } = await this.contextAt(position, signal);
        const scope = listScope('', clock.today(), position, head);
        const caseNos = casesAfter(db, scope, done);
        total = lastCase(db, scope);
        // All pairs of a step are computed before any is added: a step that fails is repeated as a whole.
        const found = similarCasePairs(db, scope, caseNos).slice(0, this.maxPairs - pairs);
        for (const pair of found) unsaved.push({ no: (pairs += 1), ...pair, codes: [] });
        done = caseNos.at(-1) ?? total;
        isEnd = caseNos.length < CASES_PER_STEP;
        if (done - savedAt >= CASES_PER_SAVE) saveAll();
        await othersTurn();
      }
    } finally {
      saveAll();
    }
  }

  /** Waits until the read models have reached the position. Rejects with an AbortError once the signal has aborted. */
  private async contextAt(position: number, signal: AbortSignal): Promise<QueryContext> {
    for (;;) {
      try {
        return await this.reader.contextAt({ position });
      } catch (error) {
        if (!(error instanceof NotCaughtUp)) throw error;
        await sleep(RETRY_MS, undefined, { signal });
      }
    }
  }
}

/** Milliseconds between attempts while the read models have not reached the position, as after a restart. */
const RETRY_MS = 500;

/**
 * Whether a pair is worth showing: another year of birth or another father's name shows that two people only share a
 * name.
 */
export const isWorthReviewing = ({ score, why }: Pick<DuplicateCandidate, 'score' | 'why'>): boolean =>
  score >= MIN_MATCH_SCORE && !why.includes('other-patronymic');

/** Pairs of one of these cases with a case opened before it that is like it. */
const similarCasePairs = (
  db: Db,
  scope: ListScope,
  caseNos: readonly number[],
): readonly Pick<JobItem, 'caseId' | 'subject'>[] =>
  personsIn(db, scope, caseNos).flatMap(({ caseId, person, caseNo }) => {
    const before = { ...ANY_CASE, text: 'o.case_no < @self', values: { self: caseNo } };
    const likely = possibleDuplicates(db, scope, person, before).filter(isWorthReviewing);
    return likely.map((other) => ({ caseId, subject: other.caseId }));
  });

/** Cases are numbered in the order in which they were opened; `done` is the number of the last one that was compared. */
const progressOf = (done: number, total: number, pairs: number): JobProgress => ({
  stage: 'cases compared',
  done,
  total,
  results: { pairs },
});

const casesAfter = (db: Db, scope: ListScope, after: number): readonly number[] =>
  cachedStatement(
    db,
    `SELECT DISTINCT n.case_no FROM searched_names n WHERE n.case_no > @after AND ${versionCondition('n', scope)}
      ORDER BY n.case_no LIMIT ${CASES_PER_STEP}`,
  )
    .pluck()
    .all({ ...scopeValues(scope), after }) as number[];

const lastCase = (db: Db, scope: ListScope): number =>
  (cachedStatement(db, `SELECT max(n.case_no) FROM searched_names n WHERE ${versionCondition('n', scope)}`)
    .pluck()
    .get(scopeValues(scope)) as number | null) ?? 0;

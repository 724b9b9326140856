/**
 * The verdicts of an instrument on everybody of a list, computed in slices and kept, since further pages and repeated
 * queries need them again.
 */
import { LRUCache } from 'lru-cache';
import {
  prepareQuestion,
  type PreparedQuestion,
  type EligibilityCandidate,
  type EligibilityQuestion,
} from '../../domain/instrument/eligibility.js';
import type { Verdict } from '../../domain/instrument/verdicts.js';
import type { Day } from '../../domain/time.js';
import { listScope } from '../list/predicate.js';
import { nextContext } from '../one-file.js';
import { QueriesBusy } from '../query-errors.js';
import type { QueryContext, ReadModelReader } from '../reader.js';
import type { Db } from '../table.js';
import { casesWithApplication, memberSlice, periodsByCaseWithoutInstrument, birthAndSexOf } from './candidates.js';
import type { CaseSortPosition } from '../list/walk.js';

/** The question whom an instrument makes eligible on any day of a span, as known at a position. */
export interface EligibilityRequest {
  readonly instrument: string;
  readonly question: EligibilityQuestion;
  /** The first day that eligibility is evaluated for. */
  readonly from: Day;
  /** The last day that eligibility is evaluated for. */
  readonly to: Day;
  readonly position: number;
}

/** The case numbers under each verdict, in the order of the references of the cases. */
export type CasesByVerdict = { readonly [V in Verdict]: readonly number[] };

/** Results cached for one read-model file. A result on a million cases takes some 8 MB. */
const MAX_CACHED_RESULTS = 8;

/** How many questions may be queued at once, including the one being computed. */
export const MAX_QUEUED_ELIGIBILITY_QUESTIONS = 20;

export class VerdictCache {
  readonly #kept = new WeakMap<Db, LRUCache<string, Promise<CasesByVerdict>>>();
  /** The last computation in the queue: they run one after the other, since all share one thread. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(private readonly reader: ReadModelReader) {}

  /**
   * The cases of a list by verdict. Concurrent equal queries share one computation. To be called within `retryIfFileReplaced`.
   * Throws QueriesBusy.
   */
  async casesByVerdict(context: QueryContext, asked: EligibilityRequest): Promise<CasesByVerdict> {
    const { db } = context;
    const kept = this.#kept.get(db) ?? new LRUCache<string, Promise<CasesByVerdict>>({ max: MAX_CACHED_RESULTS });
    this.#kept.set(db, kept);
    const key = cacheKeyOf(asked);
    const computing = kept.get(key) ?? this.#enqueue(context, asked);
    kept.set(key, computing);
    try {
      return await computing;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  }

  #enqueue(first: QueryContext, asked: EligibilityRequest): Promise<CasesByVerdict> {
    if (this.#waiting >= MAX_QUEUED_ELIGIBILITY_QUESTIONS) throw new QueriesBusy();
    this.#waiting += 1;
    const computing = this.#last.then(() => this.#compute(first, asked)).finally(() => (this.#waiting -= 1));
    this.#last = computing.catch(() => undefined);
    return computing;
  }

  async #compute(first: QueryContext, asked: EligibilityRequest): Promise<CasesByVerdict> {
    const { question, position, instrument } = asked;
    const prepared = prepareQuestion(question);
    let context = await nextContext(this.reader, first, position);
    const applied = casesWithApplication(context, instrument, question.listDay, position);
    const found: Record<Verdict, number[]> = { eligible: [], possibly: [], not: [] };
    let after: CaseSortPosition | null = null;
    do {
      const scope = listScope(question.list.id, question.listDay, position, context.position);
      const { caseNos, end } = memberSlice(context.db, scope, question.list, after);
      const periods = periodsByCaseWithoutInstrument(context, scope, caseNos, instrument, applied);
      for (const caseNo of caseNos) {
        const person = (): BirthAndSex => birthAndSexOf(context.logTables, caseNo, position);
        const verdict = verdictOf(prepared, periods.get(caseNo) ?? [], asked, person);
        if (verdict !== null) found[verdict].push(caseNo);
      }
      after = end;
      if (after !== null) context = await nextContext(this.reader, first, position);
    } while (after !== null);
    return found;
  }
}

type BirthAndSex = Pick<EligibilityCandidate, 'born' | 'sex'>;

const cacheKeyOf = ({
  instrument,
  question: { clauses, list, listDay, inForce },
  from,
  to,
  position,
}: EligibilityRequest): string => JSON.stringify([instrument, clauses, list.id, listDay, inForce, from, to, position]);

/** The verdict on one case. Birth and sex are read only if the verdict can depend on them. */
const verdictOf = (
  prepared: PreparedQuestion,
  periods: EligibilityCandidate['periods'],
  { question: { clauses }, from, to }: EligibilityRequest,
  person: () => BirthAndSex,
): Verdict | null => {
  const verdict = prepared.evaluate({ periods, ...UNKNOWN_PERSON }, from, to)?.verdict ?? null;
  return verdict === 'possibly' && clauses.some(asksForAgeOrSex)
    ? (prepared.evaluate({ periods, ...person() }, from, to)?.verdict ?? null)
    : verdict;
};

const UNKNOWN_PERSON = { born: null, sex: null } as const;

const asksForAgeOrSex = ({ conditions }: EligibilityQuestion['clauses'][number]): boolean =>
  conditions.some(({ age, sex }) => age !== undefined || sex !== undefined);

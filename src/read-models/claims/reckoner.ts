/** Counts, from cases alone, the number that a claim is about. Claims never enter into a number of the register. */
import { agreementOf, type Bounds } from '../../domain/claim/claim.js';
import type { ClaimSubject, Metric } from '../../domain/claim/events.js';
import { knownAtPosition } from '../../domain/known-at.js';
import { formatDay, type Day } from '../../domain/time.js';
import { MemberCounts, type MemberCountsHandler } from '../counts/counts.query.js';
import { Movements, type MovementsHandler } from '../counts/movements.query.js';
import { countPossibleMovements, type PossibleMovementScope } from '../counts/possible-movements.js';
import { PeopleByEligibility, type PeopleByEligibilityHandler } from '../eligibility/eligibility.query.js';
import type { Totals } from '../list/person.view.js';
import { listScope } from '../list/predicate.js';
import { retryIfFileReplaced } from '../one-file.js';
import { InvalidParameter } from '../query-errors.js';
import { type ReadModelReader } from '../reader.js';
import { requireDay, Scope, type Viewer } from '../scope.js';
import { countBeneficiaries } from '../statistics/beneficiaries.js';
import { dailyMemberCounts } from '../statistics/daily-members.js';
import type { ListFlowView, ReckoningView } from './claim.view.js';

/** A claim to compare: the subject to count, and the numbers that the claim allows. */
export interface ClaimToReckon {
  readonly about: ClaimSubject;
  readonly claimed: Bounds;
  /** The day for which the register counts, in place of the (last) day that the claim is about. */
  readonly on: string | undefined;
}

/** The handlers of the queries that count. */
export interface CountingHandlers {
  readonly counts: MemberCountsHandler;
  readonly movements: MovementsHandler;
  readonly eligibility: PeopleByEligibilityHandler;
}

/** The number of the register, or `unanswered`: the code of why the register cannot count it. */
export type Reckoning = { readonly register: ReckoningView } | { readonly unanswered: string };

/**
 * Days before the day of a claim that are searched for the last one on which the register counted the claimed number.
 */
const DAYS_SEARCHED_FOR_AGREEMENT = 366;

const SUBJECT_UNKNOWN: Reckoning = { unanswered: 'SUBJECT.UNKNOWN' };

/** Counts for the claims of one page, as known at a position. A query that several claims need runs once. */
export class Reckoner {
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(
    private readonly reader: ReadModelReader,
    private readonly handlers: CountingHandlers,
    private readonly viewer: Viewer,
    private readonly position: number,
  ) {}

  /** Throws the errors of the counting queries, except those that make a claim unanswerable. */
  async reckon(reckoned: ClaimToReckon): Promise<Reckoning> {
    const byMetric: { readonly [M in Metric]: () => Promise<Reckoning> } = {
      count: () => this.#count(reckoned),
      entered: () => this.#moved(reckoned),
      left: () => this.#moved(reckoned),
      eligible: () => this.#reached(reckoned),
      remaining: () => this.#reached(reckoned),
      beneficiaries: () => this.#beneficiaries(reckoned),
    };
    try {
      return await byMetric[reckoned.about.metric]();
    } catch (error) {
      if (error instanceof InvalidParameter) return { unanswered: error.code };
      throw error;
    }
  }

  async #count(reckoned: ClaimToReckon): Promise<Reckoning> {
    const { about, on: asked } = reckoned;
    const { list = '', on: claimedOn = '' } = about;
    const on = asked ?? claimedOn;
    const filters = about.category === undefined ? {} : { category: [about.category] };
    const counts = await this.#ask(
      this.handlers.counts,
      new MemberCounts(this.#scope(on), list, { by: 'category', filters }),
    );
    if (counts === null) return SUBJECT_UNKNOWN;
    const { yes, uncertain } = counts.total;
    const differs = agreementOf(reckoned.claimed, { atLeast: yes, atMost: yes + uncertain }) === 'differs';
    const since = on === claimedOn ? (differs ? await this.#lastAgreed(reckoned, on) : null) : claimedOn;
    const flow = since === null ? null : await this.#flow(reckoned, [since, on].sort() as [string, string]);
    return { register: { on, yes, uncertain, flow, verdicts: null } };
  }

  async #moved(reckoned: ClaimToReckon): Promise<Reckoning> {
    const { metric, list = '', category, reason, from = '', to = '' } = reckoned.about;
    const on = laterDay(from, reckoned.on ?? to);
    const flow = await this.#flow(reckoned, [from, on]);
    if (flow === null) return SUBJECT_UNKNOWN;
    const kind = metric === 'entered' ? 'entered' : 'left';
    const totals = await this.#once(['moved', kind, list, category, reason, from, on], () =>
      this.#possibleMovements(list, { kind, reason, categories: category === undefined ? undefined : [category] }, [
        requireDay(from),
        requireDay(on),
      ]),
    );
    return { register: { on, ...totals, flow, verdicts: null } };
  }

  /** Movements in every possible course, and those in some: the flow has the first day only on which somebody is not certainly a member. */
  #possibleMovements(
    id: string,
    movements: Pick<PossibleMovementScope, 'kind' | 'reason' | 'categories'>,
    [from, to]: readonly [Day, Day],
  ): Promise<Totals> {
    const { reader, position } = this;
    return retryIfFileReplaced(reader, position, async (context) => {
      const list = context.logTables.listAt(id, position)?.definition;
      return list === undefined
        ? { yes: 0, uncertain: 0 }
        : countPossibleMovements(reader, context, position, { list, ...movements, from, to });
    });
  }

  async #reached(reckoned: ClaimToReckon): Promise<Reckoning> {
    const { metric, instrument = '', list = '', clause, listDay, from = '', to = '' } = reckoned.about;
    const on = laterDay(from, reckoned.on ?? to);
    const parameters = {
      ...{ list, from, to: on, limit: 1 },
      ...(clause === undefined ? {} : { clause: [clause] }),
      ...(listDay === undefined ? {} : { listDay }),
    };
    const answer = await this.#ask(
      this.handlers.eligibility,
      new PeopleByEligibility(this.#scope(on), instrument, parameters),
    );
    if (answer === null) return SUBJECT_UNKNOWN;
    const { total: verdicts } = answer;
    const yes = metric === 'eligible' ? verdicts.eligible : verdicts.not;
    return { register: { on, yes, uncertain: verdicts.possibly, flow: null, verdicts } };
  }

  async #beneficiaries({ about, on: asked }: ClaimToReckon): Promise<Reckoning> {
    const { position } = this;
    const { instrument = '', list = '' } = about;
    const on = asked ?? about.on ?? '';
    const { db, logTables, position: head } = await this.reader.contextAt({ position });
    if (logTables.definitionAt('instrument', instrument, position) === null) return SUBJECT_UNKNOWN;
    if (list !== '' && logTables.listAt(list, position) === null) return SUBJECT_UNKNOWN;
    const totals = countBeneficiaries(db, listScope(list, requireDay(on), position, head), instrument);
    return { register: { on, ...totals, flow: null, verdicts: null } };
  }

  async #flow(reckoned: ClaimToReckon, [from, to]: readonly [string, string]): Promise<ListFlowView | null> {
    const { list = '', category } = reckoned.about;
    const asked = { from, to, limit: 0, ...(category === undefined ? {} : { category: [category] }) };
    const movements = await this.#ask(this.handlers.movements, new Movements(this.#scope(to), list, asked));
    if (movements === null) return null;
    const { opening, closing, leftByReason, totals } = movements;
    const { entered, left, movedIn, movedOut } = totals;
    return { from, to, opening, entered, movedIn, movedOut, left, leftByReason, closing };
  }

  /** The last of the DAYS_SEARCHED_FOR_AGREEMENT days before `on` whose number of certain members agrees with the claim; null if none does. */
  async #lastAgreed({ about: { list = '', category }, claimed }: ClaimToReckon, on: string): Promise<string | null> {
    const to = requireDay(on);
    const from = to - DAYS_SEARCHED_FOR_AGREEMENT;
    const numbers = await this.#once(['daily', list, category, on], () => this.#daily(list, category, { from, to }));
    const last = numbers.findLastIndex((number) => claimed.atLeast <= number && number <= claimed.atMost);
    return last === -1 ? null : formatDay(from + last);
  }

  /** The number of certain members of a list, or of one category, at the end of each day; empty for an unknown list. */
  #daily(
    id: string,
    category: string | undefined,
    days: { readonly from: Day; readonly to: Day },
  ): Promise<readonly number[]> {
    const { reader, position } = this;
    return retryIfFileReplaced(reader, position, async (context) => {
      const list = context.logTables.listAt(id, position)?.definition;
      const categories = category === undefined ? undefined : [category];
      return list === undefined
        ? []
        : dailyMemberCounts(reader, context, position, { list, set: 'certain', categories, ...days });
    });
  }

  #scope(asOf: string): Scope {
    return new Scope(this.viewer, { asOf, knownAt: knownAtPosition(this.position) });
  }

  /**
   * Runs a query once for equal parameters. All queries of a page have one viewer and position, so that day and
   * parameters identify them.
   */
  #ask<Q extends { readonly scope: Scope }, Answer>(
    handler: { execute(query: Q): Promise<Answer> },
    query: Q,
  ): Promise<Answer> {
    const { scope, ...parameters } = query;
    return this.#once([query.constructor.name, scope.asOf, parameters], () => handler.execute(query));
  }

  #once<Answer>(key: readonly unknown[], ask: () => Promise<Answer>): Promise<Answer> {
    const text = JSON.stringify(key);
    const answer = this.#answers.get(text) ?? ask();
    this.#answers.set(text, answer);
    return answer as Promise<Answer>;
  }
}

/** The later of the two days, so that a span does not end before it begins. */
const laterDay = (from: string, to: string): string => (to < from ? from : to);

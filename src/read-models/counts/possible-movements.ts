/**
 * How many people entered or left a list within a span, in every possible course of events: at least so many, at most so many. Where the
 * days leave the membership of a case open, its courses are walked through.
 */
import type { PossibleCourses } from '../../domain/case/periods.js';
import { applyEvent } from '../../domain/case/rules.js';
import { INITIAL_STATE, type CaseState } from '../../domain/case/state.js';
import { timelineOf, unfoundedReleases, type Timeline } from '../../domain/case/timeline.js';
import { MAX_DAY, MIN_DAY, type Day } from '../../domain/time.js';
import { listScope, validCondition, type ListScope } from '../list/predicate.js';
import { typeAndReasonOf, type CaseEventIndex } from '../list/rows.js';
import type { Totals } from '../list/person.view.js';
import { nextContext } from '../one-file.js';
import type { QueryContext, ReadModelReader } from '../reader.js';
import { cachedStatement } from '../table.js';
import {
  boundsOf,
  causeOfExit,
  changesOn,
  daysOfPossibleChange,
  membershipChangesInSpan,
  membershipOn,
  rowsOn,
  type MembershipOnDay,
  type MovementScope,
  type PeriodRowWithCauses,
} from './movement.js';
import { listIndependentPeriodRows, movementCandidateCases, readPeriodRows } from './visit-movements.js';

/** Which movements are counted, and of which list and span. */
export interface PossibleMovementScope extends Omit<MovementScope, 'set'> {
  readonly kind: 'entered' | 'left';
  /** Only exits of this reason; any reason where absent. */
  readonly reason: string | undefined;
}

/** Cases that are counted before other requests run: some 20 ms where the possible courses of all of them are walked through. */
const SLICE_SIZE = 100;
/** Numbers of cases looked through in one step: some 20 ms. */
const CASES_PER_STEP = 20_000;

/** Events looked at, by sets of events that may have happened, of one case, beyond which its courses are not walked through: some 100 ms. */
const MAX_WORK = 200_000;

/** The least and the greatest number of movements in any course. */
interface Range {
  readonly least: number;
  readonly most: number;
}

/** `yes` happened in every course, `uncertain` more in some. To be called within `retryIfFileReplaced`. */
export const countPossibleMovements = async (
  reader: ReadModelReader,
  first: QueryContext,
  position: number,
  asked: PossibleMovementScope,
): Promise<Totals> => {
  const moving = movementCandidateCases(first, position, { ...asked, set: 'certain' });
  const open = await openCasesOn(reader, first, position, asked);
  const candidates = [...new Set([...moving, ...open])];
  let [least, most] = [0, 0];
  for (let start = 0; start < candidates.length; start += SLICE_SIZE) {
    const context = await nextContext(reader, first, position);
    const scope = listScope(asked.list.id, asked.to, position, context.position);
    for (const [caseNo, rows] of readPeriodRows(context, scope, asked, candidates.slice(start, start + SLICE_SIZE))) {
      const range =
        determinedRange(asked, rows, () => listIndependentPeriodRows(context, scope, asked, caseNo)) ??
        rangeInCourses(asked, caseTimeline(context, scope, caseNo));
      least += range.least;
      most += range.most;
    }
  }
  return { yes: least, uncertain: most - least };
};

/**
 * Cases with several possible standings on the day before the span: in some course they may enter or leave within it, also where none of their
 * periods begins or ends within it.
 */
const openCasesOn = async (
  reader: ReadModelReader,
  first: QueryContext,
  position: number,
  { list, from }: PossibleMovementScope,
): Promise<readonly number[]> => {
  const found: number[] = [];
  const last = cachedStatement(first.db, 'SELECT coalesce(max(no), 0) FROM cases').pluck().get() as number;
  for (let after = 0; after < last; after += CASES_PER_STEP) {
    const context = await nextContext(reader, first, position);
    const scope = listScope(list.id, from, position, context.position);
    const sql = `SELECT p.case_no FROM periods p WHERE p.list = @list AND ${validCondition('p', scope)}
      AND p.case_no > @after AND p.case_no <= @until GROUP BY p.case_no HAVING count(*) > 1 OR max(p.undecided) = 1`;
    const values = { list: list.id, day: from, known: position, after, until: after + CASES_PER_STEP };
    found.push(...(cachedStatement(context.db, sql).pluck().all(values) as number[]));
  }
  return found;
};

/** The number of movements where membership, and the reason that is asked for, is certain on every day; else null. */
const determinedRange = (
  asked: PossibleMovementScope,
  rows: readonly PeriodRowWithCauses[],
  withoutList: () => readonly PeriodRowWithCauses[],
): Range | null => {
  const days = daysOfPossibleChange(asked, boundsOf(rows));
  const isOpen = (day: Day): boolean => {
    const certain = membershipOn({ ...asked, set: 'certain' }, rows, day);
    const possible = membershipOn({ ...asked, set: 'possible' }, rows, day);
    return certain.listed !== possible.listed || certain.inCategories !== possible.inCategories;
  };
  if ([asked.from, ...days].some(isOpen)) return null;
  const moved = membershipChangesInSpan({ ...asked, set: 'certain' }, rows).filter(({ kind }) => kind === asked.kind);
  if (asked.reason === undefined) return { least: moved.length, most: moved.length };
  const reasons = moved.map(({ day }) => {
    const forList = rowsOn(rows, day);
    const valid = forList.length > 0 ? forList : rowsOn(withoutList(), day);
    return valid.length > 1 ? null : causeOfExit(asked.list, { forList, withoutList: () => valid }, day).reason;
  });
  if (reasons.includes(null)) return null;
  const count = reasons.filter((reason) => reason === asked.reason).length;
  return { least: count, most: count };
};

const caseTimeline = ({ logTables }: QueryContext, { position }: ListScope, caseNo: number): Timeline =>
  timelineOf(logTables.caseEntries(caseNo, position).map(({ eventWithId }) => eventWithId));

/** The events that have happened by the end of a day, as a set of bits, with the movements of the courses that lead there. */
type Reached = ReadonlyMap<bigint, Range>;

/** The number of movements in any course; where there are too many courses to walk through, as many as events and policies allow. */
export const rangeInCourses = (asked: PossibleMovementScope, timeline: Timeline): Range => {
  const { events } = timeline.courses;
  const walk = new CourseWalk(asked, timeline);
  const days = daysOfPossibleChange(asked, [
    asked.from + 1,
    ...events.flatMap(({ earliest, latest }) => [earliest, latest]),
  ]);
  let reached: Reached = walk.start();
  for (const [index, day] of days.entries()) {
    const length = (days[index + 1] ?? asked.to + 1) - day;
    const free = events.filter(({ earliest, latest }) => earliest <= day && day < latest).length;
    // Days on which nothing happens change nothing: of a stretch, no more days count than the first and one for each event.
    for (let step = 0; step < Math.min(length, free + 1); step += 1) reached = walk.next(reached, day + step);
    if (walk.isTooLong) break;
  }
  if (walk.isTooLong) return boundByEvents(asked, timeline.courses, days);
  const ranges = [...reached.values()];
  return {
    least: Math.min(...ranges.map(({ least }) => least)),
    most: Math.max(...ranges.map(({ most }) => most)),
  };
};

/** Every movement is on a day of its own, by an event or a change of the policy. */
const boundByEvents = (
  { from, to, list }: PossibleMovementScope,
  { events }: PossibleCourses,
  days: readonly Day[],
): Range => ({
  least: 0,
  most:
    events.filter(({ earliest, latest }) => earliest <= to && latest > from).length +
    days.filter((day) => list.policies.some((policy) => policy.from === day)).length,
});

/** Walks through the possible courses of one case, day by day. */
class CourseWalk {
  readonly #events: PossibleCourses['events'];
  readonly #caseEvents: CaseEventIndex;
  readonly #rows = new Map<bigint, PeriodRowWithCauses>();
  readonly #memberships = new Map<string, MembershipOnDay>();
  readonly #settled: number;
  #work = 0;

  constructor(
    private readonly asked: PossibleMovementScope,
    timeline: Timeline,
  ) {
    this.#events = timeline.courses.events;
    const open = this.#events.findIndex(({ latest }) => latest > asked.from);
    this.#settled = open < 0 ? this.#events.length : open;
    this.#caseEvents = {
      byId: new Map(timeline.order.standingEvents.map(({ id, event }) => [id, event])),
      unfoundedReleases: unfoundedReleases(timeline),
    };
  }

  get isTooLong(): boolean {
    return this.#work > MAX_WORK;
  }

  start(): Reached {
    return new Map(this.#setsFrom(0n, this.asked.from).map((set) => [set, { least: 0, most: 0 }]));
  }

  next(reached: Reached, day: Day): Reached {
    const after = new Map<bigint, Range>();
    for (const [before, { least, most }] of reached)
      for (const set of this.#setsFrom(before, day)) {
        const moved = this.#isMovement(before, set, day) ? 1 : 0;
        const known = after.get(set) ?? { least: Infinity, most: 0 };
        after.set(set, { least: Math.min(known.least, least + moved), most: Math.max(known.most, most + moved) });
      }
    return after;
  }

  /** The sets of events that may have happened by the end of `day`, given those that have before it. */
  #setsFrom(before: bigint, day: Day): readonly bigint[] {
    const certain = this.#events.reduce((set, { latest }, index) => (latest <= day ? set | bit(index) : set), before);
    const open = this.#events.flatMap(({ earliest, latest, predecessors }, index) =>
      earliest <= day && day < latest && (before & bit(index)) === 0n ? [{ index, predecessors }] : [],
    );
    let sets = [certain];
    for (const { index, predecessors } of open) {
      this.#work += sets.length * (1 + predecessors.length);
      if (this.isTooLong) return [];
      const added = sets.filter((set) => predecessors.every((other) => (set & bit(other)) !== 0n));
      sets = [...sets, ...added.map((set) => set | bit(index))];
    }
    this.#work += sets.length;
    return sets;
  }

  #isMovement(before: bigint, after: bigint, day: Day): boolean {
    const { list, kind, reason } = this.asked;
    const [change] = changesOn(day, this.#membership(before, day - 1), this.#membership(after, day));
    if (change?.kind !== kind) return false;
    if (reason === undefined) return true;
    const rows = [this.#row(after)];
    return causeOfExit(list, { forList: rows, withoutList: () => rows }, day).reason === reason;
  }

  #membership(set: bigint, day: Day): MembershipOnDay {
    const key = `${set} ${day}`;
    const known = this.#memberships.get(key);
    if (known !== undefined) return known;
    const membership = membershipOn({ ...this.asked, set: 'certain' }, [this.#row(set)], day);
    this.#memberships.set(key, membership);
    return membership;
  }

  /** The standing after these events, as a period that is valid on any day. */
  #row(set: bigint): PeriodRowWithCauses {
    const known = this.#rows.get(set);
    if (known !== undefined) return known;
    const later = this.#events.slice(this.#settled);
    const state = later.reduce<CaseState>(
      (before, { event }, index) => ((set & bit(this.#settled + index)) === 0n ? before : applyEvent(event, before)),
      this.#events[this.#settled - 1]?.event.stateAfter ?? INITIAL_STATE,
    );
    this.#work += later.length;
    const judged = state.lists[this.asked.list.id];
    const row: PeriodRowWithCauses = {
      from_day: MIN_DAY,
      to_day: MAX_DAY,
      undecided: 0,
      recognition: judged?.recognition ?? 'none',
      custody: state.custody,
      category: judged?.category ?? null,
      custody_by: state.custodyEventId,
      custody_why: typeAndReasonOf(state.custodyEventId, this.#caseEvents),
      recognition_by: judged?.by ?? null,
      recognition_why: typeAndReasonOf(judged?.by, this.#caseEvents),
    };
    this.#rows.set(set, row);
    return row;
  }
}

const bit = (index: number): bigint => 1n << BigInt(index);

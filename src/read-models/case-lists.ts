/** For each list that ever judged a case, on a day: whether the person is on the list, its policy of that day, and its judgments. */
import type { CaseEvent } from '../domain/case/events.js';
import { RECOGNITIONS, type Recognition } from '../domain/case/state.js';
import type { EventWithId } from '../domain/event.js';
import { policyOn, type ListDefinition } from '../domain/list/list.js';
import { formatDay, type Day } from '../domain/time.js';
import { IsNullable, IsObjectOf, IsOneOf } from '../schema/decorators.js';
import { PaceCriterion } from '../schema/parts.js';
import { IsString } from '../schema/view-decorators.js';
import { membershipOn, type PeriodRowWithCauses } from './counts/movement.js';
import { readPeriodRows } from './counts/visit-movements.js';
import { PolicyView } from './definitions/lists.query.js';
import { listScope } from './list/predicate.js';
import { judgingLists } from './person.js';
import type { QueryContext } from './reader.js';

/** One possible judgment that a list makes of the case: whether it recognises the person, and in which category. */
export class ListJudgmentView {
  @IsOneOf(RECOGNITIONS)
  readonly recognition: Recognition;

  @IsNullable()
  @IsString()
  readonly category: string | null;

  @IsNullable()
  @IsString({ description: 'The id of the event that it rests on; null for `none`.' })
  readonly event: string | null;

  @IsObjectOf(PaceCriterion, {
    each: true,
    description: 'The criteria of PACE Resolution 1900 (2012) that the recognition names.',
  })
  readonly criteria: readonly PaceCriterion[];
}

export const ON_LIST = ['yes', 'uncertain', 'no'] as const;

export class CaseListView {
  @IsString()
  readonly list: string;

  @IsOneOf(ON_LIST, { description: 'Whether the person is on the list, as its policy of the day counts.' })
  readonly onList: (typeof ON_LIST)[number];

  @IsObjectOf(PolicyView, { description: 'That of the day; from the day itself where the list had set none.' })
  readonly policy: PolicyView;

  @IsObjectOf(ListJudgmentView, {
    each: true,
    description: 'Several, if dates that are known in part allow several; none if too many events are undecided.',
  })
  readonly judgments: readonly ListJudgmentView[];
}

/** A view for each list that ever judged the case, on a day, sorted by list. `events`: those of the case, with corrections applied. */
export const listViewsOfCase = (
  context: QueryContext,
  caseNo: number,
  events: readonly EventWithId<CaseEvent>[],
  day: Day,
  position: number,
): readonly CaseListView[] =>
  judgingLists(events).flatMap((id) => {
    const list = context.logTables.listAt(id, position)?.definition;
    if (list === undefined) return [];
    const scope = listScope(id, day, position, context.position);
    const rows = readPeriodRows(context, scope, { from: day - 1, to: day }, [caseNo]).get(caseNo) ?? [];
    const valid = rows.filter(({ from_day, to_day }) => from_day <= day && day < to_day);
    return [
      {
        list: id,
        onList: listMembershipOn(list, valid, day),
        policy: policyView(list, day),
        judgments: judgmentsIn(valid, events),
      },
    ];
  });

const listMembershipOn = (
  list: ListDefinition,
  rows: readonly PeriodRowWithCauses[],
  day: Day,
): CaseListView['onList'] => {
  const isMember = (set: 'certain' | 'possible'): boolean =>
    membershipOn({ list, set, categories: undefined, from: day, to: day }, rows, day).listed;
  if (isMember('certain')) return 'yes';
  return isMember('possible') ? 'uncertain' : 'no';
};

const policyView = (list: ListDefinition, day: Day): PolicyView => {
  const { from, ...policy } = policyOn(list, day);
  return { from: formatDay(from), ...policy };
};

const NOT_JUDGED: ListJudgmentView = { recognition: 'none', category: null, event: null, criteria: [] };

const judgmentsIn = (
  rows: readonly PeriodRowWithCauses[],
  events: readonly EventWithId<CaseEvent>[],
): readonly ListJudgmentView[] => {
  if (rows.length === 0) return [NOT_JUDGED];
  if (rows.some(({ undecided }) => undecided === 1)) return [];
  const judgments = rows.map(({ recognition, category, recognition_by: event }) => {
    const judged = events.find(({ id }) => id === event)?.event;
    const criteria = judged?.type === 'recognised' ? (judged.criteria ?? []) : [];
    return { recognition: recognition ?? 'none', category, event, criteria };
  });
  return [...new Map(judgments.map((judgment) => [JSON.stringify(judgment), judgment])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, judgment]) => judgment);
};

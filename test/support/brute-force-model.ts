/**
 * Brute-force model of a register: applies every possible course of every case day by day, as docs/ describe the events, and reads
 * lists, counts and movements off the states. Days are numbers, the first being 0. Imports no code under test, so that the two
 * cannot share a bug.
 */

import {
  apply,
  axesOf,
  HELD,
  initialState,
  isOpenEnded,
  sentenceEnds,
  type ScriptEvent,
  type State,
} from './model-case.js';

export interface ScriptList {
  readonly id: string;
  readonly categories: readonly string[];
  /** Sorted by day; the first applies to all days before the second. */
  readonly policies: readonly { readonly from: number; readonly custody: readonly string[] }[];
}

export interface RegisterScript {
  readonly lists: readonly ScriptList[];
  readonly cases: Readonly<Record<string, readonly ScriptEvent[]>>;
  readonly days: number;
}

const CONVICTED = ['convicted', 'on-appeal', 'final'];

/** The axes that each event changes. */
const axesIn = (script: readonly ScriptEvent[]): readonly (readonly string[])[] => {
  const state = initialState();
  return script.map((happening) => {
    const axes = axesOf(happening, state);
    apply(state, happening);
    return axes;
  });
};

/** Tells of two events of a script, by their indices, whether they have the same order in every course. */
const orderKeeper = (script: readonly ScriptEvent[]): ((earlier: number, later: number) => boolean) => {
  const axes = axesIn(script);
  return (earlier, later) => {
    const [a, b] = [axes[earlier] ?? [], axes[later] ?? []];
    const named = script[later]?.after === script[earlier]?.id;
    return named || a.includes('*') || b.includes('*') || a.some((axis) => b.includes(axis));
  };
};

export const keepsOrder = (script: readonly ScriptEvent[], earlier: number, later: number): boolean =>
  orderKeeper(script)(earlier, later);

/** Every possible course, as a day for each event. */
const coursesOf = (script: readonly ScriptEvent[]): readonly (readonly number[])[] => {
  const keeps = orderKeeper(script);
  const predecessors = script.map((_, later) =>
    script.map((_, at) => at).filter((at) => at < later && keeps(at, later)),
  );
  let courses: readonly (readonly number[])[] = [[]];
  for (const [at, { first, last }] of script.entries())
    courses = courses.flatMap((course) =>
      Array.from({ length: last - first + 1 }, (_, width) => first + width)
        .filter((day) => (predecessors[at] ?? []).every((earlier) => (course[earlier] ?? 0) <= day))
        .map((day) => [...course, day]),
    );
  return courses;
};

/** A state that is possible on a day, with its sentence as the day finds it. */
export interface DayState extends State {
  /** The state of the sentence, or `completed`. */
  readonly sentenceState: string;
  /** The first and the last day, in any course, on which the sentence may end; a last day of null is unbounded. */
  readonly end: readonly [number, number | null] | null;
}

/** The distinct states possible at the end of a day. */
const possibleStates = (
  script: readonly ScriptEvent[],
  courses: readonly (readonly number[])[],
  day: number,
): readonly DayState[] => {
  const indices = new Map(script.map(({ id }, at) => [id, at]));
  const dayIn = (course: readonly number[]) => (id: string) => course[indices.get(id) ?? 0] ?? 0;
  const states = new Map<string, DayState>();
  for (const course of courses) {
    const state = initialState();
    for (const [at, happening] of script.entries()) if ((course[at] ?? 0) <= day) apply(state, happening);
    const end = sentenceEnds(state, dayIn(course));
    const ends = end === null ? [] : courses.flatMap((other) => sentenceEnds(state, dayIn(other)) ?? end);
    const range = end === null ? null : ([Math.min(...ends), isOpenEnded(state) ? null : Math.max(...ends)] as const);
    const { state: passed } = state.sentence;
    const sentenceStates = [
      ...(end === null || day < end[1] || isOpenEnded(state) ? [passed] : []),
      ...(end !== null && end[0] <= day ? ['completed'] : []),
    ];
    for (const sentenceState of sentenceStates) {
      const found = { ...state, sentenceState, end: range };
      states.set(JSON.stringify(found), found);
    }
  }
  return [...states.values()];
};

const statesByDay = (script: readonly ScriptEvent[], days: number): StatesByDay => {
  const courses = coursesOf(script);
  if (courses.length === 0) throw new Error('no course is possible');
  return Array.from({ length: days + 2 }, (_, at) => possibleStates(script, courses, at - 1));
};

export type Grouping = 'category' | 'custody' | 'proceedings' | 'stage' | 'incident' | 'article';
export interface Totals {
  readonly yes: number;
  readonly uncertain: number;
}

export interface ModelMovement {
  readonly kind: 'entered' | 'left' | 'moved';
  readonly day: number;
  readonly id: string;
  readonly category: string | null;
  readonly previousCategory: string | null;
  readonly side: 'in' | 'out' | null;
  /** Null for moves, and where the states of the day or of the day before are uncertain. */
  readonly reason: string | null;
}

export interface ModelMembership {
  readonly isMember: boolean;
  /** The category of a member; null if several are possible. */
  readonly category: string | null;
}

/** The states of a case on the days from -1 on. */
export type StatesByDay = readonly (readonly DayState[])[];

/** Answers questions about the days -1 to `days`. Models that share a cache try the courses of a script once. */
export class BruteForceModel {
  readonly #states: ReadonlyMap<string, StatesByDay>;
  readonly #courses = new Map<string, readonly (readonly State[])[]>();

  constructor(
    private readonly register: RegisterScript,
    cache: Map<string, StatesByDay> = new Map(),
  ) {
    this.#states = new Map(
      Object.entries(register.cases).map(([id, script]) => {
        const key = JSON.stringify(script);
        const states = cache.get(key) ?? statesByDay(script, register.days);
        cache.set(key, states);
        return [id, states];
      }),
    );
  }

  /** The states that are possible on a day; null for a case without events. */
  standings(id: string, day: number): readonly DayState[] | null {
    return this.#states.has(id) ? this.#statesOn(id, day) : null;
  }

  members(list: string, day: number): { readonly yes: readonly string[]; readonly uncertain: readonly string[] } {
    const ids = [...this.#states.keys()].sort();
    const may = ids.filter((id) => this.#isIn(list, id, day, 'possible'));
    const yes = may.filter((id) => this.#isIn(list, id, day, 'certain'));
    return { yes, uncertain: may.filter((id) => !yes.includes(id)) };
  }

  counts(list: string, day: number, by: Grouping): Readonly<Record<string, Totals>> {
    const groups: Record<string, Totals> = {};
    for (const id of this.#states.keys()) {
      const all = this.#statesOn(id, day);
      const keys = all.map((state) => (this.#isListed(list, state, day) ? keyOf(list, state, by) : null));
      for (const key of new Set(keys.filter((key) => key !== null))) {
        const group = groups[key] ?? { yes: 0, uncertain: 0 };
        const isSure = keys.every((other) => other === key);
        groups[key] = { yes: group.yes + (isSure ? 1 : 0), uncertain: group.uncertain + (isSure ? 0 : 1) };
      }
    }
    return groups;
  }

  size(list: string, day: number, set: 'certain' | 'possible', categories?: readonly string[]): number {
    return [...this.#states.keys()].filter((id) => this.#isIn(list, id, day, set, categories)).length;
  }

  /** The movements of a list within a span, sorted by day; in no order within a day. */
  movements(
    list: string,
    from: number,
    to: number,
    set: 'certain' | 'possible',
    categories?: readonly string[],
  ): readonly ModelMovement[] {
    const movements: ModelMovement[] = [];
    for (let day = from + 1; day <= to; day += 1)
      for (const id of this.#states.keys()) {
        const [was, is] = [day - 1, day].map((on) => this.#isIn(list, id, on, set, categories));
        const [wasListed, isListed] = [day - 1, day].map((on) => this.#isIn(list, id, on, set));
        const [before = null, after = null] = [day - 1, day].map((on) => this.#category(list, id, on));
        const at = { day, id, reason: null, side: null };
        const both = { category: after, previousCategory: before };
        if (was !== is && wasListed === true && isListed === true)
          movements.push({ ...at, kind: 'moved', ...both, side: is === true ? 'in' : 'out' });
        else if (is === true && was !== true)
          movements.push({
            ...at,
            kind: 'entered',
            category: after,
            previousCategory: null,
            reason: this.#entryReason(list, id, day),
          });
        else if (was === true && is !== true)
          movements.push({
            ...at,
            kind: 'left',
            category: before,
            previousCategory: null,
            reason: this.#exitReason(list, id, day),
          });
        else if (is === true && before !== after) movements.push({ ...at, kind: 'moved', ...both });
      }
    return movements;
  }

  /** The states of a case on the days from -1 on, in each of its courses. */
  #statesInCourses(id: string): readonly (readonly State[])[] {
    const script = this.register.cases[id] ?? [];
    const known = this.#courses.get(id);
    // Whether a release is unfounded depends on the order of the events, not on the days of one course.
    const exits = new Map<string | null, string>();
    const whole = initialState();
    for (const happening of script) {
      apply(whole, happening);
      if (happening.type === 'released' && whole.byId === happening.id) exits.set(happening.id, whole.exit);
    }
    const found =
      known ??
      coursesOf(script).map((course) =>
        Array.from({ length: this.register.days + 2 }, (_, at) => {
          const state = initialState();
          for (const [index, happening] of script.entries())
            if ((course[index] ?? 0) <= at - 1) apply(state, happening);
          state.exit = exits.get(state.byId) ?? state.exit;
          return state;
        }),
      );
    this.#courses.set(id, found);
    return found;
  }

  /** How often people enter or leave a list within a span: in every course, and more in some. */
  moved(
    list: string,
    [from, to]: readonly [number, number],
    kind: 'entered' | 'left',
    {
      categories,
      reason,
    }: { readonly categories?: readonly string[] | undefined; readonly reason?: string | undefined },
  ): Totals {
    let [yes, uncertain] = [0, 0];
    for (const id of Object.keys(this.register.cases)) {
      const numbers = this.#statesInCourses(id).map((states) => {
        const stateOn = (day: number): State => states[day + 1] ?? initialState();
        let count = 0;
        for (let day = from + 1; day <= to; day += 1) {
          const [before, after] = [stateOn(day - 1), stateOn(day)];
          const [was, is] = [this.#isListed(list, before, day - 1), this.#isListed(list, after, day)];
          const { category } = (kind === 'left' ? before : after).lists[list] ?? {};
          if (kind === 'left' ? !was || is : was || !is) continue;
          if (categories !== undefined && !categories.includes(category ?? '')) continue;
          if (reason === undefined || reason === this.#reasonOfExit(list, after, day)) count += 1;
        }
        return count;
      });
      yes += Math.min(...numbers);
      uncertain += Math.max(...numbers) - Math.min(...numbers);
    }
    return { yes, uncertain };
  }

  /** Whether and how a case is on a list on a day. */
  membership(list: string, id: string, day: number, set: 'certain' | 'possible'): ModelMembership {
    const isMember = this.#states.has(id) && this.#isIn(list, id, day, set);
    return { isMember, category: isMember ? this.#category(list, id, day) : null };
  }

  #statesOn(id: string, day: number): readonly DayState[] {
    return this.#states.get(id)?.[day + 1] ?? [];
  }

  #policy(list: string, day: number): readonly string[] {
    const policies = this.register.lists.find(({ id }) => id === list)?.policies ?? [];
    return policies.filter(({ from }) => from <= day).at(-1)?.custody ?? [];
  }

  #isListed(list: string, state: State, day: number): boolean {
    return state.lists[list]?.recognition === 'recognised' && this.#policy(list, day).includes(state.custody);
  }

  #isIn(list: string, id: string, day: number, set: 'certain' | 'possible', categories?: readonly string[]): boolean {
    const holds = this.#statesOn(id, day).map(
      (state) =>
        this.#isListed(list, state, day) &&
        (categories === undefined || categories.includes(state.lists[list]?.category ?? '')),
    );
    return set === 'certain' ? !holds.includes(false) : holds.includes(true);
  }

  /** The category of a person on a list on a day; null if several are possible. */
  #category(list: string, id: string, day: number): string | null {
    const on = this.#statesOn(id, day).filter((state) => this.#isListed(list, state, day));
    const [only, ...more] = new Set(on.map(({ lists }) => lists[list]?.category ?? null));
    return more.length > 0 ? null : (only ?? null);
  }

  /** Null if the state of the day or of the day before is uncertain. */
  #transition(id: string, day: number): { readonly before: State; readonly after: State } | null {
    const [[before, ...others], [after, ...more]] = [this.#statesOn(id, day - 1), this.#statesOn(id, day)];
    return before === undefined || after === undefined || others.length + more.length > 0 ? null : { before, after };
  }

  /** Precedence: custody, then recognition; if neither changed, the policy did. */
  #exitReason(list: string, id: string, day: number): string | null {
    const transition = this.#transition(id, day);
    return transition && this.#reasonOfExit(list, transition.after, day);
  }

  #reasonOfExit(list: string, { custody, exit, lists }: State, day: number): string {
    if (![day - 1, day].some((on) => this.#policy(list, on).includes(custody))) return exit;
    const recognition = lists[list]?.recognition ?? 'none';
    return recognition === 'recognised' ? 'policy' : recognition;
  }

  /** Precedence: recognition, then custody, then policy. */
  #entryReason(list: string, id: string, day: number): string | null {
    const transition = this.#transition(id, day);
    if (transition === null) return null;
    if (transition.before.lists[list]?.recognition !== 'recognised') return 'recognised';
    return this.#policy(list, day).includes(transition.before.custody) ? 'policy' : transition.after.by;
  }
}

const keyOf = (list: string, state: State, by: Grouping): string => {
  if (by === 'category') return state.lists[list]?.category ?? 'unknown';
  if (by === 'incident') return state.incident ?? 'unknown';
  // The scripts have one article in each event.
  if (by === 'article') return state.articles[0] ?? 'unknown';
  if (by !== 'stage') return state[by];
  if (CONVICTED.includes(state.proceedings)) return 'convicted';
  return HELD.includes(state.custody) ? 'awaiting-judgment' : 'unknown';
};

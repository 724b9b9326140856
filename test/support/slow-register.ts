/**
 * What a register answers, reckoned the slow way and apart from the code: every possible course of every case is played day
 * by day from the table of events in the documents, and lists, counts and movements are read off the days. Days are numbers
 * from a first day on. It imports nothing of the code under test, on purpose.
 */

/** An event as a script tells it: on one of the days from `first` to `last`. Scripts stand in the order in which things happened. */
export interface Happening {
  readonly id: string;
  readonly type: string;
  readonly first: number;
  readonly last: number;
  readonly after?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SlowList {
  readonly id: string;
  readonly categories: readonly string[];
  /** By day; the first holds from ever on. */
  readonly policies: readonly { readonly from: number; readonly custody: readonly string[] }[];
}

export interface SlowRegister {
  readonly lists: readonly SlowList[];
  readonly cases: Readonly<Record<string, readonly Happening[]>>;
  readonly days: number;
}

interface ListState {
  readonly recognition: string;
  readonly category: string | null;
}

interface State {
  custody: string;
  /** The type of the event that brought it about. */
  by: string;
  /** What counts as the reason for leaving custody. */
  exit: string;
  medicalFrom: string | null;
  proceedings: string;
  imprisonment: boolean;
  begun: boolean;
  released: boolean;
  pardoned: boolean;
  lists: Record<string, ListState>;
}

const HELD = ['detained', 'remand', 'imprisoned', 'medical-custody', 'house-arrest'];
const CONVICTED = ['convicted', 'on-appeal', 'final'];

const nothing = (): State => ({
  custody: 'unknown',
  by: 'unknown',
  exit: 'unknown',
  medicalFrom: null,
  proceedings: 'none',
  imprisonment: false,
  begun: false,
  released: false,
  pardoned: false,
  lists: {},
});

const beginsAnew = (state: State): boolean => !state.begun || state.released;

const into = (state: State, custody: string, exit = custody): void => {
  if (state.custody !== custody) state.exit = exit;
  state.custody = custody;
  state.medicalFrom = null;
  if (HELD.includes(custody)) state.released = false;
};

const EFFECTS: Readonly<Record<string, (state: State, fields: Happening['fields']) => void>> = {
  arrested: (state) => {
    if (beginsAnew(state))
      Object.assign(state, nothing(), { custody: state.custody, by: state.by, exit: state.exit, begun: true });
    into(state, state.imprisonment ? 'imprisoned' : 'detained');
  },
  charged: (state) => void (state.proceedings = 'charged'),
  tried: (state) => void (state.proceedings = 'on-trial'),
  remanded: (state, { measure }) => into(state, measure === 'house-arrest' ? 'house-arrest' : 'remand'),
  convicted: (state, { sentence }) => {
    state.proceedings = 'convicted';
    state.imprisonment = (sentence as { kind: string }).kind === 'imprisonment';
    if (state.imprisonment && HELD.includes(state.custody)) into(state, 'imprisoned');
  },
  transferred: (state, { medical }) => {
    const from = state.medicalFrom;
    if (medical === true) {
      const before = from ?? state.custody;
      into(state, 'medical-custody');
      state.medicalFrom = before;
    } else if (from !== null) into(state, from);
  },
  pardoned: (state) => {
    state.imprisonment = false;
    state.pardoned = true;
  },
  released: (state, { reason }) => {
    const exit = reason === 'pardon' && !state.pardoned ? 'unfounded' : String(reason);
    into(state, reason === 'exchange' ? 'abroad' : 'free', exit);
    state.released = true;
  },
  deported: (state) => {
    into(state, 'abroad', 'deported');
    state.released = true;
  },
  escaped: (state) => into(state, 'fugitive', 'escaped'),
  died: (state) => into(state, 'deceased', 'died'),
  proposed: (state, { list }) => void (state.lists[String(list)] = { recognition: 'proposed', category: null }),
  declined: (state, { list }) => void (state.lists[String(list)] = { recognition: 'declined', category: null }),
  delisted: (state, { list }) => void (state.lists[String(list)] = { recognition: 'delisted', category: null }),
  recognised: (state, { list, category }) =>
    void (state.lists[String(list)] = { recognition: 'recognised', category: String(category) }),
  recategorised: (state, { list, category }) => {
    const before = state.lists[String(list)];
    if (before?.recognition === 'recognised') state.lists[String(list)] = { ...before, category: String(category) };
  },
};

/** The last event that changed custody is the one that brought it about. */
const play = (state: State, { type, fields }: Happening): void => {
  const { custody } = state;
  EFFECTS[type]?.(state, fields);
  if (state.custody !== custody) state.by = type;
};

const AXES: Readonly<Record<string, readonly string[]>> = {
  charged: ['proceedings'],
  tried: ['proceedings'],
  convicted: ['custody', 'proceedings', 'sentence'],
  pardoned: ['sentence'],
};

/** The axes that each event of a script changes; an arrest that begins an episode changes them all. */
const axesIn = (script: readonly Happening[]): readonly (readonly string[])[] => {
  const state = nothing();
  return script.map((happening) => {
    const { type, fields } = happening;
    const all = type === 'arrested' && beginsAnew(state);
    play(state, happening);
    if (all) return ['*'];
    return 'list' in fields ? [`list:${String(fields['list'])}`] : (AXES[type] ?? ['custody']);
  });
};

/** Whether two events keep their order in every course. */
export const keepsOrder = (script: readonly Happening[], earlier: number, later: number): boolean => {
  const axes = axesIn(script);
  const [a, b] = [axes[earlier] ?? [], axes[later] ?? []];
  const named = script[later]?.after === script[earlier]?.id;
  return named || a.includes('*') || b.includes('*') || a.some((axis) => b.includes(axis));
};

/** Every course of a script: a day for each event. */
const coursesOf = (script: readonly Happening[]): readonly (readonly number[])[] => {
  const behind = script.map((_, later) =>
    script.map((_, at) => at).filter((at) => at < later && keepsOrder(script, at, later)),
  );
  let courses: readonly (readonly number[])[] = [[]];
  for (const [at, { first, last }] of script.entries())
    courses = courses.flatMap((course) =>
      Array.from({ length: last - first + 1 }, (_, width) => first + width)
        .filter((day) => (behind[at] ?? []).every((earlier) => (course[earlier] ?? 0) <= day))
        .map((day) => [...course, day]),
    );
  return courses;
};

/** The states that are possible at the end of a day. */
const statesOn = (
  script: readonly Happening[],
  courses: readonly (readonly number[])[],
  day: number,
): readonly State[] => {
  const states = new Map<string, State>();
  for (const course of courses) {
    const state = nothing();
    for (const [at, happening] of script.entries()) if ((course[at] ?? 0) <= day) play(state, happening);
    states.set(JSON.stringify(state), state);
  }
  return [...states.values()];
};

export type Grouping = 'category' | 'custody' | 'proceedings' | 'stage';
export interface Totals {
  readonly yes: number;
  readonly uncertain: number;
}

export interface SlowMovement {
  readonly kind: 'entered' | 'left' | 'moved';
  readonly day: number;
  readonly id: string;
  readonly category: string | null;
  readonly previousCategory: string | null;
  readonly side: 'in' | 'out' | null;
  /** Of an entry or exit on a day about which nothing is uncertain. */
  readonly reason: string | null;
}

/** Answers about days -1 to `days` of a register. */
export class SlowAnswers {
  readonly #states: ReadonlyMap<string, readonly (readonly State[])[]>;

  constructor(private readonly register: SlowRegister) {
    this.#states = new Map(
      Object.entries(register.cases).map(([id, script]) => {
        const courses = coursesOf(script);
        if (courses.length === 0) throw new Error(`no course of ${id} is possible`);
        return [id, Array.from({ length: register.days + 2 }, (_, at) => statesOn(script, courses, at - 1))];
      }),
    );
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
      const all = this.#of(id, day);
      const keys = all.map((state) => (this.#isListed(list, state, day) ? keyOf(list, state, by) : null));
      for (const key of new Set(keys.filter((key) => key !== null))) {
        const so = groups[key] ?? { yes: 0, uncertain: 0 };
        const isSure = keys.every((other) => other === key);
        groups[key] = { yes: so.yes + (isSure ? 1 : 0), uncertain: so.uncertain + (isSure ? 0 : 1) };
      }
    }
    return groups;
  }

  size(list: string, day: number, set: 'certain' | 'possible', categories?: readonly string[]): number {
    return [...this.#states.keys()].filter((id) => this.#isIn(list, id, day, set, categories)).length;
  }

  /** By day; of a day in no order. */
  movements(
    list: string,
    from: number,
    to: number,
    set: 'certain' | 'possible',
    categories?: readonly string[],
  ): readonly SlowMovement[] {
    const found: SlowMovement[] = [];
    for (let day = from + 1; day <= to; day += 1)
      for (const id of this.#states.keys()) {
        const [was, is] = [day - 1, day].map((on) => this.#isIn(list, id, on, set, categories));
        const [wasListed, isListed] = [day - 1, day].map((on) => this.#isIn(list, id, on, set));
        const [before = null, after = null] = [day - 1, day].map((on) => this.#category(list, id, on));
        const at = { day, id, reason: null, side: null };
        const both = { category: after, previousCategory: before };
        if (was !== is && wasListed === true && isListed === true)
          found.push({ ...at, kind: 'moved', ...both, side: is === true ? 'in' : 'out' });
        else if (is === true && was !== true)
          found.push({
            ...at,
            kind: 'entered',
            category: after,
            previousCategory: null,
            reason: this.#whyEntered(list, id, day),
          });
        else if (was === true && is !== true)
          found.push({
            ...at,
            kind: 'left',
            category: before,
            previousCategory: null,
            reason: this.#whyLeft(list, id, day),
          });
        else if (is === true && before !== after) found.push({ ...at, kind: 'moved', ...both });
      }
    return found;
  }

  #of(id: string, day: number): readonly State[] {
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
    const holds = this.#of(id, day).map(
      (state) =>
        this.#isListed(list, state, day) &&
        (categories === undefined || categories.includes(state.lists[list]?.category ?? '')),
    );
    return set === 'certain' ? !holds.includes(false) : holds.includes(true);
  }

  /** The only category that is possible on the list; null where there are more. */
  #category(list: string, id: string, day: number): string | null {
    const on = this.#of(id, day).filter((state) => this.#isListed(list, state, day));
    const [only, ...more] = new Set(on.map(({ lists }) => lists[list]?.category ?? null));
    return more.length > 0 ? null : (only ?? null);
  }

  /** The states of a day and of the day before; null where either is uncertain. */
  #turn(id: string, day: number): { readonly before: State; readonly after: State } | null {
    const [[before, ...others], [after, ...more]] = [this.#of(id, day - 1), this.#of(id, day)];
    return before === undefined || after === undefined || others.length + more.length > 0 ? null : { before, after };
  }

  /** Custody first, then the list's judgment; where neither changed, its policy did. */
  #whyLeft(list: string, id: string, day: number): string | null {
    const turn = this.#turn(id, day);
    if (turn === null) return null;
    const { custody, exit, lists } = turn.after;
    if (![day - 1, day].some((on) => this.#policy(list, on).includes(custody))) return exit;
    const recognition = lists[list]?.recognition ?? 'none';
    return recognition === 'recognised' ? 'policy' : recognition;
  }

  /** The list's judgment first, then custody, then the policy. */
  #whyEntered(list: string, id: string, day: number): string | null {
    const turn = this.#turn(id, day);
    if (turn === null) return null;
    if (turn.before.lists[list]?.recognition !== 'recognised') return 'recognised';
    return this.#policy(list, day).includes(turn.before.custody) ? 'policy' : turn.after.by;
  }
}

const keyOf = (list: string, state: State, by: Grouping): string | null => {
  if (by === 'category') return state.lists[list]?.category ?? null;
  if (by !== 'stage') return state[by];
  if (CONVICTED.includes(state.proceedings)) return 'convicted';
  return HELD.includes(state.custody) ? 'awaiting-judgment' : null;
};

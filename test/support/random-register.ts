/** Generates a register script from a seed; the same seed gives the same register. */
import { keepsOrder, type RegisterScript } from './brute-force-model.js';
import type { ScriptEvent } from './model-case.js';

/** Pseudo-random numbers (mulberry32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }
  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
  shuffled<T>(values: readonly T[]): readonly T[] {
    const left = [...values];
    return values.map(() => left.splice(this.below(left.length), 1)[0] as T);
  }
}

export const CATEGORIES = ['believers', 'journalists', 'others'];
export const DEFAULT_CUSTODY = ['detained', 'remand', 'imprisoned', 'medical-custody'] as const;
const POLICIES = [
  [...DEFAULT_CUSTODY],
  [...DEFAULT_CUSTODY, 'house-arrest'],
  ['imprisoned', 'medical-custody'],
  ['remand', 'imprisoned', 'house-arrest', 'fugitive', 'free'],
] as const;

/** Per case; bounds the number of courses that the brute-force model has to try. */
const MAX_PARTIAL_DATES = 3;

/** Lists whose policies change on some days. */
export const randomLists = (random: Random, ids: readonly string[], days: number): RegisterScript['lists'] =>
  ids.map((id) => ({
    id,
    categories: CATEGORIES,
    policies: [
      { from: -1_000, custody: DEFAULT_CUSTODY },
      ...[...new Set(Array.from({ length: random.below(3) }, () => random.below(days)))]
        .sort((a, b) => a - b)
        .map((from) => ({ from, custody: random.pick<readonly string[]>(POLICIES) })),
    ],
  }));

export const randomRegister = (seed: number): RegisterScript => {
  const random = new Random(seed);
  const days = 20 + random.below(25);
  const ids = ['union', 'other', 'third'].slice(0, 2 + random.below(2));
  const lists = randomLists(random, ids, days);
  const isPartial = random.chance(60);
  const cases = Array.from({ length: 4 + random.below(9) }, (_, at) => [
    `c${String(at).padStart(2, '0')}`,
    randomCase(random, ids, days, at, isPartial),
  ]);
  return { lists, days, cases: Object.fromEntries(cases) as RegisterScript['cases'] };
};

/** State of a script so far, as far as the next event depends on it. */
interface CaseProgress {
  held: boolean;
  dead: boolean;
  isConvicted: boolean;
  recognised: Set<string>;
}

type EventDraft = readonly [type: string, fields?: ScriptEvent['fields']];

const randomCase = (random: Random, lists: readonly string[], days: number, no: number, isPartial: boolean) => {
  const script: ScriptEvent[] = [];
  const standing: CaseProgress = { held: false, dead: false, isConvicted: false, recognised: new Set() };
  let day = random.below(days);
  const length = 3 + random.below(12);
  while (script.length < length && day < days && !standing.dead) {
    for (const [type, fields = {}] of nextEvents(random, lists, standing)) {
      const happening = assignDays(random, script, { id: idOf(no, script.length), type, fields }, day, isPartial);
      if (happening.last >= days) return script;
      script.push(happening);
      day = Math.max(day, happening.first);
    }
    day += random.pick([0, 0, 1, 1, 2, 3, 6]);
  }
  return script;
};

const idOf = (no: number, at: number): string => `00000000-0000-4000-8000-${String(1_000 * no + at).padStart(12, '0')}`;

/**
 * Assigns days such that the result does not depend on how ties are broken: an event whose order against an earlier one is fixed and
 * that may share a day with it gets either `after`, or days later than all such events.
 */
const assignDays = (
  random: Random,
  script: readonly ScriptEvent[],
  event: Pick<ScriptEvent, 'id' | 'type' | 'fields'>,
  day: number,
  isPartial: boolean,
): ScriptEvent => {
  const partial = script.filter(({ first, last }) => first < last).length;
  const width = isPartial && partial < MAX_PARTIAL_DATES && random.chance(30) ? 1 + random.below(3) : 0;
  const at = { ...event, first: day, last: day + width };
  const tied = script.filter(
    (earlier, index) => earlier.last >= day && keepsOrder([...script, at], index, script.length),
  );
  const [one] = tied;
  if (one === undefined) return at;
  if (tied.length === 1 && one.first <= day) return { ...at, last: Math.max(at.last, one.last), after: one.id };
  const clear = Math.max(...tied.map(({ last }) => last)) + 1;
  return { ...at, first: clear, last: clear + width };
};

/** One event, or several that belong together. */
const nextEvents = (random: Random, lists: readonly string[], standing: CaseProgress): readonly EventDraft[] => {
  if (random.chance(45)) return [recognitionEvent(random, lists, standing)];
  if (!standing.held) {
    standing.held = true;
    standing.recognised.clear();
    standing.isConvicted = false;
    const recognised = random.chance(60) ? [recognise(random, random.pick(lists), standing)] : [];
    return [['arrested'], ...recognised];
  }
  return custodyEvents(random, standing);
};

const custodyEvents = (random: Random, standing: CaseProgress): readonly EventDraft[] => {
  const what = random.below(12);
  if (what < 2) return [['remanded', { measure: random.pick(['detention', 'house-arrest']) }]];
  if (what === 2) return [['charged', { articles: [{ code: 'AZ-CC', article: '234', part: '4.3' }] }]];
  if (what === 3) return [['tried']];
  if (what === 4) return [['transferred', { facility: 'x', medical: random.chance(60) }]];
  if (what < 8) {
    standing.isConvicted = true;
    return [conviction(random)];
  }
  standing.held = false;
  if (what === 8 && random.chance(40)) {
    standing.dead = true;
    return [['died']];
  }
  if (what === 9) return [random.pick<EventDraft>([['deported'], ['escaped']])];
  if (standing.isConvicted && random.chance(40))
    return [
      ['pardoned', { decree: 'decree', effect: 'released-from-imprisonment' }],
      ['released', { reason: 'pardon' }],
    ];
  return [['released', { reason: random.pick(['bail', 'health', 'other', 'exchange', 'pardon']) }]];
};

const conviction = (random: Random): EventDraft => [
  'convicted',
  {
    articles: [{ code: 'AZ-CC', article: '234', part: '4.3' }],
    sentence: random.pick<object>([
      { kind: 'imprisonment', term: 'P3Y' },
      { kind: 'imprisonment', life: true },
      { kind: 'imprisonment', term: 'P5D' },
      { kind: 'suspended', term: 'P1Y' },
      { kind: 'fine' },
    ]),
  },
];

const recognise = (random: Random, list: string, { recognised }: CaseProgress): EventDraft => {
  recognised.add(list);
  return ['recognised', { list, category: random.pick(CATEGORIES) }];
};

const recognitionEvent = (random: Random, lists: readonly string[], standing: CaseProgress): EventDraft => {
  const list = random.pick(lists);
  if (!standing.recognised.has(list))
    return random.chance(75) ? recognise(random, list, standing) : [random.pick(['proposed']), { list }];
  if (random.chance(60)) return ['recategorised', { list, category: random.pick(CATEGORIES) }];
  standing.recognised.delete(list);
  return [random.pick(['delisted', 'declined']), { list, reason: 'a word' }];
};

/** Registers made from a number: the same number always makes the same register. */
import { keepsOrder, type Happening, type SlowRegister } from './slow-register.js';

/** Numbers from a seed (mulberry32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }
  /** From 0 up to, and without, a bound. */
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
  one<T>(values: readonly T[]): T {
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
  ['remand', 'imprisoned', 'house-arrest', 'fugitive'],
] as const;

/** So many events of a case have a partial date at most, so that all courses can be tried. */
const MOST_PARTIAL = 3;

export const randomRegister = (seed: number): SlowRegister => {
  const random = new Random(seed);
  const days = 20 + random.below(25);
  const ids = ['union', 'other', 'third'].slice(0, 2 + random.below(2));
  const lists = ids.map((id) => ({
    id,
    categories: CATEGORIES,
    policies: [
      { from: -1_000, custody: DEFAULT_CUSTODY },
      ...[...new Set(Array.from({ length: random.below(3) }, () => random.below(days)))]
        .sort((a, b) => a - b)
        .map((from) => ({ from, custody: random.one<readonly string[]>(POLICIES) })),
    ],
  }));
  const isPartial = random.chance(60);
  const cases = Array.from({ length: 4 + random.below(9) }, (_, at) => [
    `c${String(at).padStart(2, '0')}`,
    randomCase(random, ids, days, at, isPartial),
  ]);
  return { lists, days, cases: Object.fromEntries(cases) as SlowRegister['cases'] };
};

/** What the script of a case has come to, as far as the next event depends on it. */
interface Standing {
  held: boolean;
  dead: boolean;
  convicted: boolean;
  recognised: Set<string>;
}

type Event = readonly [type: string, fields?: Happening['fields']];

const randomCase = (random: Random, lists: readonly string[], days: number, no: number, isPartial: boolean) => {
  const script: Happening[] = [];
  const standing: Standing = { held: false, dead: false, convicted: false, recognised: new Set() };
  let day = random.below(days);
  const length = 3 + random.below(12);
  while (script.length < length && day < days && !standing.dead) {
    for (const [type, fields = {}] of next(random, lists, standing)) {
      const happening = place(random, script, { id: idOf(no, script.length), type, fields }, day, isPartial);
      if (happening.last >= days) return script;
      script.push(happening);
      day = Math.max(day, happening.first);
    }
    day += random.one([0, 0, 1, 1, 2, 3, 6]);
  }
  return script;
};

const idOf = (no: number, at: number): string => `00000000-0000-4000-8000-${String(1_000 * no + at).padStart(12, '0')}`;

/**
 * Gives an event its days. Where it keeps the order with earlier ones that may fall on the same day, it says so of one (`after`),
 * or stands clear of them: then the order does not hang on how a tie is broken.
 */
const place = (
  random: Random,
  script: readonly Happening[],
  event: Pick<Happening, 'id' | 'type' | 'fields'>,
  day: number,
  isPartial: boolean,
): Happening => {
  const partial = script.filter(({ first, last }) => first < last).length;
  const width = isPartial && partial < MOST_PARTIAL && random.chance(30) ? 1 + random.below(3) : 0;
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

/** One event, or some that belong together. */
const next = (random: Random, lists: readonly string[], standing: Standing): readonly Event[] => {
  if (random.chance(45)) return [judgment(random, lists, standing)];
  if (!standing.held) {
    standing.held = true;
    standing.recognised.clear();
    standing.convicted = false;
    const recognised = random.chance(60) ? [recognise(random, random.one(lists), standing)] : [];
    return [['arrested'], ...recognised];
  }
  return inCustody(random, standing);
};

const inCustody = (random: Random, standing: Standing): readonly Event[] => {
  const what = random.below(12);
  if (what < 2) return [['remanded', { measure: random.one(['detention', 'house-arrest']) }]];
  if (what === 2) return [['charged', { articles: [{ code: 'AZ-CC', article: '234', part: '4.3' }] }]];
  if (what === 3) return [['tried']];
  if (what === 4) return [['transferred', { facility: 'x', medical: random.chance(60) }]];
  if (what < 8) {
    standing.convicted = true;
    return [convicted(random)];
  }
  standing.held = false;
  if (what === 8 && random.chance(40)) {
    standing.dead = true;
    return [['died']];
  }
  if (what === 9) return [random.one<Event>([['deported'], ['escaped']])];
  if (standing.convicted && random.chance(40))
    return [
      ['pardoned', { decree: 'decree', effect: 'released-from-imprisonment' }],
      ['released', { reason: 'pardon' }],
    ];
  return [['released', { reason: random.one(['bail', 'health', 'other', 'exchange', 'pardon']) }]];
};

const convicted = (random: Random): Event => [
  'convicted',
  {
    articles: [{ code: 'AZ-CC', article: '234', part: '4.3' }],
    sentence: random.one<object>([
      { kind: 'imprisonment', term: 'P3Y' },
      { kind: 'imprisonment', life: true },
      { kind: 'imprisonment', term: 'P5D' },
      { kind: 'suspended', term: 'P1Y' },
      { kind: 'fine' },
    ]),
  },
];

const recognise = (random: Random, list: string, { recognised }: Standing): Event => {
  recognised.add(list);
  return ['recognised', { list, category: random.one(CATEGORIES) }];
};

const judgment = (random: Random, lists: readonly string[], standing: Standing): Event => {
  const list = random.one(lists);
  if (!standing.recognised.has(list))
    return random.chance(75) ? recognise(random, list, standing) : [random.one(['proposed']), { list }];
  if (random.chance(60)) return ['recategorised', { list, category: random.one(CATEGORIES) }];
  standing.recognised.delete(list);
  return [random.one(['delisted', 'declined']), { list, reason: 'a word' }];
};

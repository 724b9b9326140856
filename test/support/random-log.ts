/** Random logs for the model of two times: a few cases on a few days, so that ties, late news and amendments meet. */
import { CATEGORIES, Random, randomLists } from './random-register.js';
import type { RegisterScript } from './brute-force-model.js';
import { mergesIn, stands, survivorOf, UNDATED, type LogEntry } from './two-times-model.js';

export interface RandomLog extends Omit<RegisterScript, 'cases'> {
  readonly log: readonly LogEntry[];
}

const LISTS = ['union', 'other'];
const MIN_DAYS = 4;
/** Partial dates of one log: bounds the number of courses that the model has to try. */
const MAX_PARTIAL_DATES = 4;

type Fields = Readonly<Record<string, unknown>>;
type Draw = (random: Random) => Fields;
const none: Draw = () => ({});

/** Some of the fields: each of them in two draws of five. */
const some = (random: Random, fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(() => random.chance(40)));

const articles: Draw = (random) => ({
  articles: [{ code: 'AZ-CC', article: random.pick(['234', '274']), part: random.pick(['1', '4.3']) }],
});
const list: Draw = (random) => ({ list: random.pick(LISTS) });
const listed: Draw = (random) => ({ ...list(random), category: random.pick(CATEGORIES) });
const judged: Draw = (random) => ({ ...list(random), reason: 'a word' });
const facility = (random: Random): string => random.pick(['north', 'south']);
const TERMS = ['P2D', 'P4D', 'P3Y'];

const sentence = (random: Random): object =>
  random.pick<object>([
    { kind: 'imprisonment', term: random.pick(TERMS) },
    { kind: 'imprisonment', term: random.pick(TERMS) },
    { kind: 'imprisonment', life: true },
    { kind: 'suspended', term: random.pick(TERMS) },
    { kind: 'unknown' },
    { kind: 'fine' },
  ]);

const clemency: Draw = (random) => {
  const effect = random.pick([
    ...['released-from-imprisonment', 'released-from-imprisonment', 'term-reduced', 'released-from-non-custodial'],
    ...['released-from-liability', 'replaced', 'record-expunged'],
  ]);
  return {
    effect,
    ...(effect === 'term-reduced' && { reducedBy: random.pick(['P1D', 'P1Y']) }),
    ...(effect === 'replaced' && { replacement: sentence(random) }),
  };
};

const RELEASES = ['bail', 'other', 'exchange', 'pardon', 'amnesty', 'parole', 'sentence-served'];
const OUTCOMES = ['upheld', 'reduced', 'increased', 'suspended', 'quashed', 'retrial'];

/** Names whose first letters differ, so that their order is plain. */
const NAMES = ['Bahar', 'Davud', 'Kamal', 'Nigar'];
const name = (random: Random): object => ({
  text: random.pick(NAMES),
  ...random.pick([
    { script: 'Latn', language: 'az', kind: 'full' },
    { script: 'Latn', language: 'en', kind: 'full' },
    { script: 'Latn', language: 'az', kind: 'alias' },
  ]),
});
const description: Draw = (random) =>
  some(random, { occupation: random.pick(['baker', 'teacher']), region: random.pick(['Quba', 'Ganja']) });
const reference: Draw = (random) => ({ ...list(random), reference: random.pick(['A-1', 'A-2', 'A-3']) });

/** The fields of each type; those that say how a person is held and listed are drawn more often. */
const FIELDS: Readonly<Record<string, Draw>> = {
  arrested: (random) => some(random, { incident: random.pick(['march', 'raid']) }),
  charged: articles,
  remanded: (random) => ({
    measure: random.pick(['detention', 'house-arrest']),
    ...some(random, { facility: facility(random) }),
  }),
  tried: none,
  convicted: (random) => ({
    ...articles(random),
    sentence: sentence(random),
    ...some(random, { facility: facility(random), inAbsentia: true, countedFrom: random.below(MIN_DAYS) }),
  }),
  appealed: none,
  'appeal-decided': (random) => ({
    outcome: random.pick(OUTCOMES),
    ...some(random, { newSentence: sentence(random) }),
  }),
  transferred: (random) => ({
    facility: facility(random),
    ...random.pick([{ medical: true }, { medical: true }, { medical: false }, {}]),
  }),
  proposed: list,
  recognised: listed,
  recategorised: listed,
  pardoned: (random) => ({ decree: 'decree', ...clemency(random) }),
  amnestied: (random) => ({ act: 'act', ...clemency(random) }),
  paroled: none,
  'charges-dropped': none,
  acquitted: none,
  released: (random) => ({ reason: random.pick(RELEASES) }),
  deported: none,
  exchanged: none,
  escaped: none,
  wanted: none,
  declined: judged,
  delisted: judged,
  died: none,
  named: (random) => ({ name: name(random) }),
  described: (random) => ({ ...description(random), ...some(random, { occupation: null }) }),
  referenced: reference,
};
const OFTEN = ['arrested', 'recognised', 'convicted', 'released'];
const TYPES = [...Object.keys(FIELDS), ...OFTEN, ...OFTEN, ...OFTEN.slice(0, 2), ...OFTEN.slice(0, 2)];

const opening: Draw = (random) => ({
  names: random.chance(70) ? [name(random)] : [],
  ...description(random),
  ...(random.chance(50) && { references: [reference(random)] }),
});

export const randomLog = (seed: number): RandomLog => {
  const random = new Random(seed);
  const days = MIN_DAYS + random.below(3);
  const lists = randomLists(random, LISTS, days);
  const cases = ['c0', 'c1', 'c2', 'c3'].slice(0, 2 + random.below(3));
  const log: LogEntry[] = [];
  const step = new Step(random, log, cases, days);
  cases.forEach((stream) => log.push({ id: step.nextId(), stream, kind: 'opened', data: opening(random) }));
  const length = log.length + 8 + random.below(12);
  while (log.length < length) log.push(step.next());
  return { lists, days, log };
};

/** An entry that has data, which can be corrected. */
type Told = Extract<LogEntry, { readonly data: object }>;
const hasData = (entry: LogEntry): entry is Told => 'data' in entry;

/** Draws the next entry of a log; one that is not possible yet is an event instead. */
class Step {
  #ids = 0;
  #partial = 0;

  constructor(
    private readonly random: Random,
    private readonly log: readonly LogEntry[],
    private readonly cases: readonly string[],
    private readonly days: number,
  ) {}

  nextId(): string {
    this.#ids += 1;
    // The low digits first, so that the order of ids is not that of recording.
    const digits = [...String(this.#ids).padStart(4, '0')].reverse().join('');
    return `0000${digits}-0000-4000-8000-000000000000`;
  }

  next(): LogEntry {
    const what = this.random.below(100);
    const drawn = what < 14 ? this.#correction() : what < 26 ? this.#retraction() : what < 38 ? this.#merge() : null;
    return drawn ?? this.#event();
  }

  #event(): LogEntry {
    const type = this.random.pick(TYPES);
    const stream = this.random.pick(this.cases);
    const dated = UNDATED.includes(type) ? {} : { ...this.#days(), ...this.#after(stream, 12) };
    return { id: this.nextId(), stream, kind: 'event', type, data: { ...dated, ...FIELDS[type]?.(this.random) } };
  }

  #days(): { readonly first: number; readonly last: number } {
    const first = this.random.below(this.days);
    const width = this.#partial < MAX_PARTIAL_DATES && this.random.chance(30) ? 1 + this.random.below(2) : 0;
    const last = Math.min(first + width, this.days - 1);
    if (last > first) this.#partial += 1;
    return { first, last };
  }

  /** Names an event of the same person, retracted or not. */
  #after(stream: string, percent: number): { readonly after?: string } {
    const { into } = mergesIn(this.log);
    const events = this.log.filter(
      (entry) =>
        entry.kind === 'event' &&
        !UNDATED.includes(entry.type) &&
        survivorOf(into, entry.stream) === survivorOf(into, stream),
    );
    return events.length > 0 && this.random.chance(percent) ? { after: this.random.pick(events).id } : {};
  }

  /** A correction of an event, of an opening or of a correction. */
  #correction(): LogEntry | null {
    const targets = this.log.filter(hasData).filter(({ id }) => stands(this.log, id));
    if (targets.length === 0) return null;
    const target = this.random.pick(targets);
    const type = correctedType(this.log, target);
    const fields = type === 'opened' ? opening(this.random) : (FIELDS[type]?.(this.random) ?? {});
    // Null in a correction removes the field from the event; it cannot make `described` say null, which clears the field of the
    // person. So none is drawn.
    const drawn = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    const isDated = type !== 'opened' && !UNDATED.includes(type);
    const data = isDated
      ? {
          ...(Object.keys(drawn).length === 0 || this.random.chance(60) ? this.#days() : drawn),
          ...(this.random.chance(20) ? { after: null } : this.#after(target.stream, 10)),
        }
      : drawn;
    return { id: this.nextId(), stream: target.stream, kind: 'corrected', target: target.id, data };
  }

  /** A retraction of an event, of a correction or of a retraction. */
  #retraction(): LogEntry | null {
    const targets = this.log.filter(
      ({ kind, id }) => ['event', 'corrected', 'retracted'].includes(kind) && stands(this.log, id),
    );
    if (targets.length === 0) return null;
    const { id, stream } = this.random.pick(targets);
    return { id: this.nextId(), stream, kind: 'retracted', target: id };
  }

  /** The merge of a case that counts for itself, or the end of one. */
  #merge(): LogEntry | null {
    const { into, voids } = mergesIn(this.log);
    const stream = this.random.pick(this.cases);
    if (into.has(stream) || (voids.has(stream) && this.random.chance(50)))
      return { id: this.nextId(), stream, kind: 'unmerged' };
    // Two merges recorded at the same moment may close a circle; the later one is void.
    const others = this.cases.filter((other) => other !== stream);
    return others.length === 0 ? null : { id: this.nextId(), stream, kind: 'merged', into: this.random.pick(others) };
  }
}

/** The type of the event that an entry is, or corrects in the end. */
export const correctedType = (log: readonly LogEntry[], entry: Told): string => {
  if (entry.kind !== 'corrected') return entry.kind === 'event' ? entry.type : entry.kind;
  const target = log.find(({ id }) => id === entry.target);
  if (target === undefined || !hasData(target)) throw new Error('a correction of nothing');
  return correctedType(log, target);
};

/** Random logs for the model of two times: a few cases on a few days, so that ties, late news and amendments meet. */
import { CATEGORIES, Random, randomLists } from './random-register.js';
import type { RegisterScript } from './brute-force-model.js';
import { mergesIn, stands, survivorOf, type LogEntry } from './two-times-model.js';

export interface RandomLog extends Omit<RegisterScript, 'cases'> {
  readonly log: readonly LogEntry[];
}

const LISTS = ['union', 'other'];
const MIN_DAYS = 5;
/** Per log; bounds the number of courses that the model has to try. */
const MAX_PARTIAL_DATES = 4;

type Draw = (random: Random) => Readonly<Record<string, unknown>>;
const none: Draw = () => ({});
const ARTICLES = [{ code: 'AZ-CC', article: '234', part: '4.3' }];
const list: Draw = (random) => ({ list: random.pick(LISTS) });
const category: Draw = (random) => ({ category: random.pick(CATEGORIES) });
const listed: Draw = (random) => ({ ...list(random), ...category(random) });
const judged: Draw = (random) => ({ ...list(random), reason: 'a word' });

/** The fields of each type; those that say how a person is held and listed are drawn more often. */
const FIELDS: Readonly<Record<string, Draw>> = {
  arrested: none,
  charged: () => ({ articles: ARTICLES }),
  remanded: (random) => ({ measure: random.pick(['detention', 'house-arrest']) }),
  tried: none,
  convicted: (random) => ({
    articles: ARTICLES,
    sentence: random.pick<object>([{ kind: 'imprisonment', term: 'P3Y' }, { kind: 'fine' }]),
  }),
  transferred: (random) => ({ facility: 'x', medical: random.chance(60) }),
  proposed: list,
  recognised: listed,
  recategorised: listed,
  pardoned: () => ({ decree: 'decree', effect: 'released-from-imprisonment' }),
  released: (random) => ({ reason: random.pick(['bail', 'other', 'exchange', 'pardon']) }),
  deported: none,
  escaped: none,
  declined: judged,
  delisted: judged,
  died: none,
};
const TYPES = [...Object.keys(FIELDS), 'arrested', 'arrested', 'arrested', 'recognised', 'recognised', 'recognised'];

export const randomLog = (seed: number): RandomLog => {
  const random = new Random(seed);
  const days = MIN_DAYS + random.below(5);
  const lists = randomLists(random, LISTS, days);
  const cases = ['c0', 'c1', 'c2', 'c3'].slice(0, 2 + random.below(3));
  const log: LogEntry[] = [];
  const step = new Step(random, log, cases, days);
  cases.forEach((stream) => log.push({ id: step.nextId(), stream, kind: 'opened' }));
  const length = log.length + 8 + random.below(12);
  while (log.length < length) log.push(step.next());
  return { lists, days, log };
};

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
    const data = { ...this.#days(), ...FIELDS[type]?.(this.random), ...this.#after(stream, 12) };
    return { id: this.nextId(), stream, kind: 'event', type, data };
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
    const merges = mergesIn(this.log);
    const events = this.log.filter(
      (entry) => entry.kind === 'event' && survivorOf(merges, entry.stream) === survivorOf(merges, stream),
    );
    return events.length > 0 && this.random.chance(percent) ? { after: this.random.pick(events).id } : {};
  }

  /** Of an event or of a correction of one. */
  #correction(): LogEntry | null {
    const targets = this.log.filter(
      (entry) => (entry.kind === 'event' || entry.kind === 'corrected') && stands(this.log, entry.id),
    );
    if (targets.length === 0) return null;
    const target = this.random.pick(targets);
    const type = this.#correctedType(target);
    const fields = Object.entries(FIELDS[type]?.(this.random) ?? {});
    const data = {
      ...(fields.length === 0 || this.random.chance(60) ? this.#days() : Object.fromEntries(fields)),
      ...(this.random.chance(20) ? { after: null } : this.#after(target.stream, 10)),
    };
    return { id: this.nextId(), stream: target.stream, kind: 'corrected', target: target.id, data };
  }

  #correctedType(entry: LogEntry): string {
    if (entry.kind === 'event') return entry.type;
    const target = this.log.find(({ id }) => entry.kind === 'corrected' && id === entry.target);
    if (target === undefined) throw new Error('a correction of nothing');
    return this.#correctedType(target);
  }

  /** Of an event, a correction or a retraction. */
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
    const merges = mergesIn(this.log);
    const stream = this.random.pick(this.cases);
    if (merges.has(stream)) return { id: this.nextId(), stream, kind: 'unmerged' };
    // Two merges recorded at the same moment may close a circle; the later one is void.
    const others = this.cases.filter((other) => other !== stream);
    return others.length === 0 ? null : { id: this.nextId(), stream, kind: 'merged', into: this.random.pick(others) };
  }
}

/** What a case's facts refer to, read from the log itself: a decision never waits for a read model. */
import { refersTo } from '../domain/case/decide.js';
import type { CaseFact } from '../domain/case/facts.js';
import type { Given } from '../domain/case/given.js';
import { streamName, type AnyFact, type StreamKind } from '../domain/facts.js';
import type { InstrumentFact } from '../domain/instrument/facts.js';
import { foldInstrument, type Instrument } from '../domain/instrument/instrument.js';
import type { ListFact } from '../domain/list/facts.js';
import { foldList, type ListDefinition } from '../domain/list/list.js';
import type { Day } from '../domain/time.js';
import type { EventStore, StreamEvent } from '../event-store/port.js';
import { loadStream } from './streams.js';

/** Definitions kept folded; registers have a handful of lists and some dozens of acts. */
const REMEMBERED = 256;

/** Lists and instruments by id, each folded once; from then on only what is new in its stream is read. */
export class Definitions {
  private readonly lists: Folds<ListFact, ListDefinition>;
  private readonly instruments: Folds<InstrumentFact, Instrument>;

  constructor(store: EventStore) {
    this.lists = new Folds(store, 'list', foldList);
    this.instruments = new Folds(store, 'instrument', foldInstrument);
  }

  /** Everything that the facts name, as far as it exists, as of now. */
  async given(facts: readonly CaseFact[], today: Day): Promise<Given> {
    const named = refersTo(facts);
    return {
      today,
      lists: await this.lists.all(named.lists),
      instruments: await this.instruments.all(named.instruments),
    };
  }
}

interface Fold<F, D> {
  readonly facts: readonly F[];
  readonly revision: number;
  readonly definition: D;
}

/** The definitions of one kind. */
class Folds<F extends AnyFact, D> {
  /** In the order of their last use: the first is the one to forget. */
  private readonly remembered = new Map<string, Fold<F, D>>();

  constructor(
    private readonly store: EventStore,
    private readonly kind: StreamKind,
    private readonly fold: (id: string, facts: readonly F[]) => D | null,
  ) {}

  async all(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, D>> {
    const found = new Map<string, D>();
    for (const id of ids) {
      const definition = await this.one(id);
      if (definition !== null) found.set(id, definition);
    }
    return found;
  }

  private async one(id: string): Promise<D | null> {
    const known = this.remembered.get(id);
    const news = await loadStream(this.store, streamName(this.kind, id), known?.revision);
    const fold = this.grow(id, known, news);
    if (fold !== undefined) this.remember(id, fold);
    return fold?.definition ?? null;
  }

  private grow(id: string, known: Fold<F, D> | undefined, news: readonly StreamEvent[]): Fold<F, D> | undefined {
    const last = news.at(-1);
    if (last === undefined) return known;
    const facts = [...(known?.facts ?? []), ...news.map((e) => e.fact as F)];
    const definition = this.fold(id, facts);
    return definition === null ? undefined : { facts, revision: last.revision, definition };
  }

  private remember(id: string, fold: Fold<F, D>): void {
    this.remembered.delete(id);
    this.remembered.set(id, fold);
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > REMEMBERED && oldest !== undefined) this.remembered.delete(oldest);
  }
}

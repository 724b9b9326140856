/** What a case's events refer to, read from the log itself: a decision never waits for a read model. */
import { referencedIds } from '../domain/case/reference-data.js';
import type { CaseEvent } from '../domain/case/events.js';
import type { ReferenceData } from '../domain/case/reference-data.js';
import { streamName, type AnyEvent, type StreamKind } from '../domain/events.js';
import type { InstrumentEvent } from '../domain/instrument/events.js';
import { foldInstrument, type Instrument } from '../domain/instrument/instrument.js';
import type { ListEvent } from '../domain/list/events.js';
import { foldList, type ListDefinition } from '../domain/list/list.js';
import type { Day } from '../domain/time.js';
import type { EventStore, StreamEvent } from '../event-store/port.js';
import { loadStream } from './streams.js';

/** Definitions kept folded; registers have a handful of lists and some dozens of acts. */
const REMEMBERED = 256;

/** Lists and instruments by id, each folded once; from then on only what is new in its stream is read. */
export class Definitions {
  private readonly lists: Folds<ListEvent, ListDefinition>;
  private readonly instruments: Folds<InstrumentEvent, Instrument>;

  constructor(store: EventStore) {
    this.lists = new Folds(store, 'list', foldList);
    this.instruments = new Folds(store, 'instrument', foldInstrument);
  }

  /** Everything that the events name, as far as it exists, as of now. */
  async given(events: readonly CaseEvent[], today: Day): Promise<ReferenceData> {
    const named = referencedIds(events);
    return {
      today,
      lists: await this.lists.all(named.lists),
      instruments: await this.instruments.all(named.instruments),
    };
  }
}

interface Fold<F, D> {
  readonly events: readonly F[];
  readonly revision: number;
  readonly definition: D;
}

/** The definitions of one kind. */
class Folds<F extends AnyEvent, D> {
  /** In the order of their last use: the first is the one to forget. */
  private readonly remembered = new Map<string, Fold<F, D>>();

  constructor(
    private readonly store: EventStore,
    private readonly kind: StreamKind,
    private readonly fold: (id: string, events: readonly F[]) => D | null,
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
    const events = [...(known?.events ?? []), ...news.map((e) => e.event as F)];
    const definition = this.fold(id, events);
    return definition === null ? undefined : { events, revision: last.revision, definition };
  }

  private remember(id: string, fold: Fold<F, D>): void {
    this.remembered.delete(id);
    this.remembered.set(id, fold);
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > REMEMBERED && oldest !== undefined) this.remembered.delete(oldest);
  }
}

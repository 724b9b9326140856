/** Places that clients share: bounded in all and for each client. Nobody can keep all of them by waiting in them. */

export class Place {
  /** Orders places by when they began to wait. */
  since = 0;
  left = false;

  constructor(
    readonly client: string,
    /** Called when the place is given to another. */
    readonly end: () => void,
  ) {}
}

interface Client {
  /** How many places it may have. */
  readonly each: number;
  taken: number;
  /** Those that may be given to another, oldest first. */
  readonly waiting: Set<Place>;
}

export class Places {
  readonly #clients = new Map<string, Client>();
  #taken = 0;
  #turn = 0;

  constructor(private readonly all: number) {}

  /**
   * A place that waits, for a client that may have so many. Where all are taken, the oldest of those that wait gives way:
   * the client's own, where it has as many as it may; else one of the client that has most of its share. Null where none
   * waits.
   */
  take(client: string, each: number, end: () => void): Place | null {
    const own = this.#clients.get(client);
    if (own !== undefined && own.taken >= each && !this.#give(own)) return null;
    if (this.#taken >= this.all && !this.#give(this.#largest())) return null;
    const place = new Place(client, end);
    const holder = this.#clients.get(client) ?? { each, taken: 0, waiting: new Set() };
    this.#clients.set(client, holder);
    holder.taken += 1;
    this.#taken += 1;
    this.wait(place);
    return place;
  }

  /** From here on the place is not given to another. */
  work(place: Place): void {
    this.#clients.get(place.client)?.waiting.delete(place);
  }

  wait(place: Place): void {
    if (place.left) return;
    this.#turn += 1;
    place.since = this.#turn;
    this.#clients.get(place.client)?.waiting.add(place);
  }

  /** May be called again. */
  leave(place: Place): void {
    const holder = this.#clients.get(place.client);
    if (place.left || holder === undefined) return;
    place.left = true;
    holder.waiting.delete(place);
    holder.taken -= 1;
    this.#taken -= 1;
    if (holder.taken === 0) this.#clients.delete(place.client);
  }

  #give(client: Client | null): boolean {
    const oldest = client === null ? undefined : first(client.waiting);
    if (oldest === undefined) return false;
    this.leave(oldest);
    oldest.end();
    return true;
  }

  #largest(): Client | null {
    let largest: Client | null = null;
    for (const client of this.#clients.values()) {
      if (client.waiting.size > 0 && (largest === null || givesWayBefore(client, largest))) largest = client;
    }
    return largest;
  }
}

const first = (places: Set<Place>): Place | undefined => places.values().next().value;

const givesWayBefore = (a: Client, b: Client): boolean => {
  const [ofA, ofB] = [a.waiting.size / a.each, b.waiting.size / b.each];
  return ofA > ofB || (ofA === ofB && (first(a.waiting)?.since ?? 0) < (first(b.waiting)?.since ?? 0));
};

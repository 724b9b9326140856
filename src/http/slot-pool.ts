/** Slots shared by clients, bounded in total and per client. Idle slots can be revoked, so no client can block all of them. */

export class Slot {
  /** A counter, not a time: orders slots by when they last became idle. */
  idleSequence = 0;
  released = false;

  constructor(
    readonly clientKey: string,
    readonly onRevoke: () => void,
  ) {}
}

interface ClientSlots {
  readonly limit: number;
  used: number;
  /** Slots that can be revoked, the longest idle first. */
  readonly idle: Set<Slot>;
}

export class SlotPool {
  readonly #clients = new Map<string, ClientSlots>();
  #used = 0;
  #clock = 0;

  constructor(private readonly limit: number) {}

  /**
   * Makes a slot for a client that may have `clientLimit` of them; it is idle at first. A client at its limit loses its
   * longest-idle slot for it. In a full pool, the client whose idle slots are the largest share of its limit loses its longest-idle
   * one. Null if there is no idle slot to revoke.
   */
  acquire(clientKey: string, clientLimit: number, onRevoke: () => void): Slot | null {
    const existing = this.#clients.get(clientKey);
    if (existing !== undefined && existing.used >= clientLimit && !this.#revokeOldest(existing)) return null;
    if (this.#used >= this.limit && !this.#revokeOldest(this.#clientToRevoke())) return null;
    const slot = new Slot(clientKey, onRevoke);
    const slots = this.#clients.get(clientKey) ?? { limit: clientLimit, used: 0, idle: new Set() };
    this.#clients.set(clientKey, slots);
    slots.used += 1;
    this.#used += 1;
    this.markIdle(slot);
    return slot;
  }

  /** A busy slot is not revoked. */
  markBusy(slot: Slot): void {
    this.#clients.get(slot.clientKey)?.idle.delete(slot);
  }

  markIdle(slot: Slot): void {
    if (slot.released) return;
    this.#clock += 1;
    slot.idleSequence = this.#clock;
    this.#clients.get(slot.clientKey)?.idle.add(slot);
  }

  /** Does nothing if the slot was released or revoked before. */
  release(slot: Slot): void {
    const slots = this.#clients.get(slot.clientKey);
    if (slot.released || slots === undefined) return;
    slot.released = true;
    slots.idle.delete(slot);
    slots.used -= 1;
    this.#used -= 1;
    if (slots.used === 0) this.#clients.delete(slot.clientKey);
  }

  #revokeOldest(slots: ClientSlots | null): boolean {
    const oldest = slots === null ? undefined : firstOf(slots.idle);
    if (oldest === undefined) return false;
    this.release(oldest);
    oldest.onRevoke();
    return true;
  }

  #clientToRevoke(): ClientSlots | null {
    let chosen: ClientSlots | null = null;
    for (const slots of this.#clients.values()) {
      if (slots.idle.size > 0 && (chosen === null || isRevokedBefore(slots, chosen))) chosen = slots;
    }
    return chosen;
  }
}

const firstOf = (slots: Set<Slot>): Slot | undefined => slots.values().next().value;

const isRevokedBefore = (a: ClientSlots, b: ClientSlots): boolean => {
  const [shareOfA, shareOfB] = [a.idle.size / a.limit, b.idle.size / b.limit];
  return (
    shareOfA > shareOfB ||
    (shareOfA === shareOfB && (firstOf(a.idle)?.idleSequence ?? 0) < (firstOf(b.idle)?.idleSequence ?? 0))
  );
};

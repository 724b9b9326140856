/** Fault injection: which calls fail, and how. */
import type { Position, Refusal } from './wire.js';

/** `event` and `checkpoint` are messages of subscriptions; the others are calls of clients. */
export const METHODS = [
  'append',
  'checkpoint',
  'delete',
  'event',
  'features',
  'gossip',
  'read',
  'subscribe',
  'tombstone',
] as const;
export type Method = (typeof METHODS)[number];

export interface CallInfo {
  readonly method: Method;
  /** The stream that the call is about; empty for `$all`. */
  readonly stream: string;
  /** The name that the client gives its connection. */
  readonly connection: string;
  /** The number of the call, counted from 0 over all calls of this method. */
  readonly number: number;
}

export interface Fault {
  /** Delays a write before it is executed; a number means milliseconds. */
  readonly delayBefore?: Promise<void> | number;
  /** Delays the answer or the fault. */
  readonly delayAfter?: Promise<void> | number;
  /** Replaces the answer. `twice` affects only batch appends and subscriptions. */
  readonly outcome?: 'answer' | 'twice' | 'silence' | 'cut' | 'half-close' | Refusal;
  /** A read sends this many events before the fault. */
  readonly afterEvents?: number;
  /** Whether an unanswered write was stored. */
  readonly stored?: boolean;
  /** Replaces the position of a checkpoint. */
  readonly position?: Position;
}

export class Faults {
  private armed: { methods: readonly Method[]; fault: Fault; left: number }[] = [];
  private planned: (call: CallInfo) => Fault | null = () => null;
  private readonly counts = new Map<Method, number>();

  /** Applies a fault to the next `times` calls of the methods; first armed, first applied. */
  arm(methods: Method | readonly Method[], fault: Fault, times = 1): void {
    this.armed.push({ methods: typeof methods === 'string' ? [methods] : methods, fault, left: times });
  }

  /** Chooses the fault of each call for which none is armed. */
  plan(callback: (call: CallInfo) => Fault | null): void {
    this.planned = callback;
  }

  clear(): void {
    this.armed = [];
    this.planned = () => null;
  }

  /** Counts a call and returns its fault. */
  take(method: Method, stream: string, connection: string): Fault | null {
    const number = this.counts.get(method) ?? 0;
    this.counts.set(method, number + 1);
    const armed = this.armed.find(({ methods }) => methods.includes(method));
    if (armed === undefined) return this.planned({ method, stream, connection, number });
    if (--armed.left === 0) this.armed = this.armed.filter((one) => one !== armed);
    return armed.fault;
  }
}

/** Waits for a delay of a fault. */
export const delay = (what: Promise<void> | number): Promise<void> =>
  typeof what === 'number' ? new Promise((resolve) => setTimeout(resolve, what).unref()) : what;

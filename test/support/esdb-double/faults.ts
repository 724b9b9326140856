/** What shall go wrong, and with which calls: nothing goes wrong by itself. */
import type { Position, Refusal } from './wire.js';

/** `event` and `checkpoint` are what a subscription is about to send; the rest is what a client asks. */
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
  /** Empty where the whole log is meant. */
  readonly stream: string;
  /** The name that the client gives its connection. */
  readonly connection: string;
  /** Counted from 0 over all calls of this method. */
  readonly number: number;
}

export interface Fault {
  /** A write waits for this before it is done; a number means milliseconds. */
  readonly delayBefore?: Promise<void> | number;
  /** The answer, or what comes instead of it, waits for this. */
  readonly delayAfter?: Promise<void> | number;
  /** What comes instead of an answer. `twice` shows only on the shared stream of appends and on subscriptions. */
  readonly outcome?: 'answer' | 'twice' | 'silence' | 'cut' | 'half-close' | Refusal;
  /** A read sends so many events before it goes wrong. */
  readonly afterEvents?: number;
  /** Whether a write that is not answered was done nevertheless. */
  readonly stored?: boolean;
  /** A checkpoint tells this position. */
  readonly position?: Position;
}

export class Faults {
  private armed: { methods: readonly Method[]; fault: Fault; left: number }[] = [];
  private planned: (call: CallInfo) => Fault | null = () => null;
  private readonly counts = new Map<Method, number>();

  /** The next so many calls of a method fail so; what was armed first comes first. */
  arm(methods: Method | readonly Method[], fault: Fault, times = 1): void {
    this.armed.push({ methods: typeof methods === 'string' ? [methods] : methods, fault, left: times });
  }

  /** Asked for every call for which nothing is armed. */
  plan(callback: (call: CallInfo) => Fault | null): void {
    this.planned = callback;
  }

  clear(): void {
    this.armed = [];
    this.planned = () => null;
  }

  /** The fault of a call, counted. */
  take(method: Method, stream: string, connection: string): Fault | null {
    const number = this.counts.get(method) ?? 0;
    this.counts.set(method, number + 1);
    const armed = this.armed.find(({ methods }) => methods.includes(method));
    if (armed === undefined) return this.planned({ method, stream, connection, number });
    if (--armed.left === 0) this.armed = this.armed.filter((one) => one !== armed);
    return armed.fault;
  }
}

/** Waits for what a fault waits for. */
export const delay = (what: Promise<void> | number): Promise<void> =>
  typeof what === 'number' ? new Promise((resolve) => setTimeout(resolve, what).unref()) : what;

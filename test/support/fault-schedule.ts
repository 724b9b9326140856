/** Injects faults into calls of the EventStoreDB double; the same seed injects the same faults. */
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import type { Call, EsdbDouble, Fault, Method } from './esdb-double/double.js';

/** Possible faults by method. `late` is a delay in milliseconds that exceeds the client's deadline. */
const faultsOf = (late: number): { readonly [M in Method]?: readonly Fault[] } => ({
  append: [
    { outcome: 'cut', stored: true },
    { outcome: 'cut' },
    { outcome: 'silence', stored: true },
    { outcome: 'silence' },
    { delayAfter: late, stored: true },
    { delayBefore: late },
    { outcome: 'half-close', stored: true },
    { outcome: 'not-ready' },
    { outcome: 'busy' },
    { outcome: 'timeout', stored: true },
    { outcome: 'timeout' },
    { outcome: 'no-leader' },
    { outcome: 'unavailable' },
  ],
  read: [
    { outcome: 'cut' },
    { outcome: 'cut', afterEvents: 2 },
    { outcome: 'silence', afterEvents: 1 },
    { outcome: 'not-ready' },
  ],
  event: [{ outcome: 'twice' }, { outcome: 'twice' }, { outcome: 'cut' }],
  checkpoint: [{ position: [1n, 1n] }, { position: [2n ** 64n - 1n, 2n ** 64n - 1n] }],
});

/** Calls that fail, per thousand. Low for events: they are many, and each dropped subscription replays several. */
const PER_MILLE: { readonly [M in Method]?: number } = { append: 90, read: 10, event: 3, checkpoint: 200 };
/** Append faults that also cut every connection, per thousand. */
const CUTS_ALL_PER_MILLE = 20;

export class FaultSchedule {
  /** Faults injected so far, described for the test's output. */
  readonly happened: string[] = [];

  /** Stops after `count` faults. */
  constructor(
    readonly seed: number,
    private readonly double: EsdbDouble,
    private readonly count: number,
    late: number,
  ) {
    const faults = faultsOf(late);
    double.faults.plan((call) => this.next(call, faults[call.method] ?? []));
  }

  private next(call: Call, faults: readonly Fault[]): Fault | null {
    if (this.happened.length >= this.count) return null;
    if (this.draw(call, 'whether') % 1_000 >= (PER_MILLE[call.method] ?? 0)) return null;
    const fault = faults[this.draw(call, 'which') % faults.length];
    if (fault === undefined) return null;
    this.happened.push(`${call.method} ${call.number}: ${inspect(fault, { breakLength: Infinity })}`);
    if (call.method === 'append' && this.draw(call, 'all') % 1_000 < CUTS_ALL_PER_MILLE)
      setImmediate(() => this.double.breakConnections());
    return fault;
  }

  /** Pseudo-random 32 bits, a pure function of seed, call and purpose. */
  private draw({ method, number }: Call, purpose: string): number {
    return createHash('sha256').update(`${this.seed} ${method} ${number} ${purpose}`).digest().readUInt32BE();
  }
}

/** What goes wrong on the wire, and with which call, as a seed says: the same number, the same faults. */
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import type { Call, EsdbDouble, Fault, Method } from './esdb-double/double.js';

/** What can go wrong with a call of each method; a number of milliseconds is longer than anybody waits. */
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

/** Of a thousand calls so many go wrong; events are many and each drop of a subscription takes others with it. */
const PER_MILLE: { readonly [M in Method]?: number } = { append: 90, read: 10, event: 3, checkpoint: 200 };
/** Of a thousand faults of appends so many break every connection besides. */
const BREAKS_ALL = 20;

export class FaultSchedule {
  /** What went wrong so far. */
  readonly happened: string[] = [];

  /** Drives a double until so many faults have happened. */
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
    if (call.method === 'append' && this.draw(call, 'all') % 1_000 < BREAKS_ALL)
      setImmediate(() => this.double.breakConnections());
    return fault;
  }

  /** 32 bits of the seed, the call and what is asked. */
  private draw({ method, number }: Call, what: string): number {
    return createHash('sha256').update(`${this.seed} ${method} ${number} ${what}`).digest().readUInt32BE();
  }
}

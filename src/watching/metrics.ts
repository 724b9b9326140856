/** The metrics of the service, for Prometheus. Labels never hold paths, ids or other input, which could name people or grow without bound. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LogCheck } from '../event-store/port.js';
import type { Job } from '../jobs/jobs.js';
import type { ProofHealth } from './readiness.js';
import type { Readiness } from '../read-models/read-models.js';
import type { ReadinessCodeByPart } from './readiness.js';
import type { AppendMeasurement } from './watched-store.js';

/** The state of the service that each rendering of the metrics reads. */
export interface MetricsState extends Readiness {
  readonly parts: ReadinessCodeByPart;
  /** Appends in progress. */
  readonly pendingAppends: number;
  /** Events in the log; null if the store cannot tell without reading it. */
  readonly events: number | null;
  /** Progress of the check for gaps that starts when the log is opened; null if the store has none. */
  readonly logCheck: Pick<LogCheck, 'checked' | 'total'> | null;
  /** The rebuild of the read models, running or ended; null if there was none. */
  readonly rebuild: Job | null;
  /** Checkpoints and witnesses; null where nothing is signed by this process. */
  readonly proof: ProofHealth | null;
}

interface RequestSummary {
  readonly method: string;
  /** The pattern of the route; null for an unknown one. */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
  readonly cut: boolean;
}

/** Histogram bounds in seconds: from a write that shares a commit to a write that waits for a lock or a read that waits for events. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#histogram(
    'http_request_duration_seconds',
    'Time until a request was answered, or cut short.',
    ['method', 'route', 'status'],
  );
  readonly #underWay = this.#gauge('http_requests_under_way', 'Requests that are not answered yet.');
  readonly #connections = this.#gauge('connections', 'Connections that are open.');
  readonly #connectionsEnded = this.#counter(
    'connections_ended_total',
    'Connections ended by the service: silent, to make room for a new one, or for want of room.',
    ['why'],
  );
  readonly #bodiesEnded = this.#counter(
    'bodies_ended_total',
    'Bodies that were coming in and were ended by the service: slow, or to make room for another.',
    ['why'],
  );
  readonly #wrongTokens = this.#counter('wrong_tokens_total', 'Requests with a wrong token.');
  readonly #appends = this.#histogram(
    'append_duration_seconds',
    'Time until an append was answered; the outcome is appended, conflict, or the kind of error.',
    ['outcome'],
  );
  readonly #appended = this.#counter('events_appended_total', 'Events appended by this process.');
  readonly #waiting = this.#gauge('appends_waiting', 'Appends that wait to be durable.');
  readonly #ready = this.#gauge('ready', 'Whether a part is ready: 1 or 0.', ['part']);
  readonly #notReady = this.#gauge('not_ready', '1 for the code for which a part is not ready.', ['part', 'code']);
  readonly #events = this.#gauge('log_events', 'Events in the log (the embedded store only).');
  readonly #checked = this.#gauge('log_check_done', 'Events checked for gaps since the log was opened.');
  readonly #toCheck = this.#gauge('log_check_of', 'Events that there were when the log was opened, to be checked.');
  readonly #position = this.#gauge('read_models_position', 'Position of the last event that the read models took in.');
  readonly #lag = this.#gauge(
    'projection_lag_seconds',
    'Age of the oldest event that the read models have not projected; NaN where the log cannot be read.',
  );
  readonly #rebuild = this.#gauge('rebuild_done', 'Events read, then cases projected, of a rebuild under way.', [
    'stage',
  ]);

  readonly #signed = this.#gauge('checkpoint_size', 'Events that the last checkpoint covers; NaN without a key.');
  readonly #verificationFailing = this.#gauge(
    'verification_failing',
    '1 if the log could not be verified for an error that was not foreseen; else 0.',
  );
  readonly #checkpointFailing = this.#gauge('checkpoint_failing', '1 if no checkpoint could be signed; else 0.');
  readonly #witnessFailing = this.#gauge('witness_failing', '1 if a witness did not take the last checkpoint.', [
    'witness',
  ]);
  readonly #witnessFailures = this.#gauge('witness_failures', 'Checkpoints that a witness did not take.', ['witness']);

  constructor(private readonly readState: () => Promise<MetricsState>) {
    collectDefaultMetrics({ register: this.#registry });
  }

  requestStarted(): void {
    this.#underWay.inc();
  }

  requestEnded({ method, route, status, ms, cut }: RequestSummary): void {
    this.#underWay.dec();
    this.#requests.observe({ method, route: route ?? 'none', status: cut ? 'cut' : status }, ms / 1_000);
  }

  connectionCount(connections: number): void {
    this.#connections.set(connections);
  }

  connectionClosed(reason: string): void {
    this.#connectionsEnded.inc({ why: reason });
  }

  bodyAborted(reason: string): void {
    this.#bodiesEnded.inc({ why: reason });
  }

  wrongToken(): void {
    this.#wrongTokens.inc();
  }

  appendEnded({ outcome, events, seconds }: AppendMeasurement): void {
    this.#appends.observe({ outcome }, seconds);
    if (outcome === 'appended') this.#appended.inc(events);
  }

  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    this.#update(await this.readState());
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #update({ parts, pendingAppends, events, position, lag, rebuild, logCheck, proof }: MetricsState): void {
    this.#notReady.reset();
    this.#rebuild.reset();
    for (const [part, code] of Object.entries(parts)) {
      this.#ready.set({ part }, code === null ? 1 : 0);
      if (code !== null) this.#notReady.set({ part, code }, 1);
    }
    this.#waiting.set(pendingAppends);
    this.#events.set(events ?? NaN);
    this.#checked.set(logCheck?.checked ?? NaN);
    this.#toCheck.set(logCheck?.total ?? NaN);
    this.#position.set(position);
    this.#lag.set(lag === null ? NaN : lag / 1_000);
    this.#signed.set(proof?.checkpointSize ?? NaN);
    this.#verificationFailing.set(proof?.isVerificationFailing === true ? 1 : 0);
    this.#checkpointFailing.set(proof?.isCheckpointFailing === true ? 1 : 0);
    // A witness is labelled by its place in the settings: a path or an address must not be a label.
    proof?.witnesses.forEach(({ isFailing, failures }, index) => {
      this.#witnessFailing.set({ witness: index + 1 }, isFailing ? 1 : 0);
      this.#witnessFailures.set({ witness: index + 1 }, failures);
    });
    if (rebuild?.state === 'running' && rebuild.progress !== null)
      this.#rebuild.set({ stage: rebuild.progress.stage }, rebuild.progress.done);
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `habeas_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name: `habeas_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    const options = { help, labelNames: [...labelNames], buckets: DURATION_BUCKETS, registers: [this.#registry] };
    return new Histogram({ name: `habeas_${name}`, ...options });
  }
}

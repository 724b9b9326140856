/** Types of the part of autocannon that the bench uses; the package has none. */
declare module 'autocannon' {
  interface Request {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }
  interface Client {
    setRequests(requests: readonly Request[]): void;
  }
  interface Options {
    readonly url: string;
    readonly connections: number;
    readonly duration: number;
    /** Seconds after which a request counts as failed. */
    readonly timeout: number;
    readonly setupClient: (client: Client) => void;
  }
  interface Outcome {
    /** The length of the run in seconds. */
    readonly duration: number;
    readonly latency: { readonly p50: number; readonly p99: number };
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
  }
  export default function autocannon(options: Options): Promise<Outcome>;
}

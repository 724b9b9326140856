/**
 * Sends checkpoints to witnesses: places that others control, so that not even the holder of the key can rewrite the history
 * unnoticed. Appends never wait for them; a witness that fails gets the next checkpoint, which covers what the missed one did.
 */
import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkpointLine } from './checkpoint.js';

/** Where checkpoints are sent: a file that gets a line each, a program that reads the note, or a URL that the note is posted to. */
export type Witness = { readonly file: string } | { readonly command: readonly string[] } | { readonly url: string };

export const MAX_CHECKPOINT_WITNESSES = 10;
const MAX_WITNESS_COMMAND_WORDS = 32;
const MAX_WITNESS_TEXT_LENGTH = 2_000;
/** Milliseconds for one attempt. */
export const WITNESS_TIMEOUT_MS = 10_000;
/** Milliseconds before each repeat of an attempt that failed. */
const RETRY_WAITS_MS = [1_000, 5_000];

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_WITNESS_TEXT_LENGTH && !value.includes('\0');

/** Reads witnesses from JSON: an array of objects with one key each. Undefined for anything else. */
export const parseWitnesses = (text: string): readonly Witness[] | undefined => {
  let value: unknown;
  try {
    value = text === '' ? [] : JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(value) && value.length <= MAX_CHECKPOINT_WITNESSES && value.every(isWitness) ? value : undefined;
};

const isWitness = (value: unknown): value is Witness => {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  const { file, command, url } = value as Readonly<Record<string, unknown>>;
  if (url !== undefined) return isText(url) && isPostableUrl(url);
  if (file !== undefined) return isText(file);
  return (
    Array.isArray(command) && command.length > 0 && command.length <= MAX_WITNESS_COMMAND_WORDS && command.every(isText)
  );
};

/** `fetch` refuses addresses with a user or a password. */
const isPostableUrl = (text: string): boolean => {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
};

export interface WitnessState {
  readonly isFailing: boolean;
  /** Checkpoints that it did not get. */
  readonly failures: number;
}

interface WitnessDelivery {
  readonly witness: Witness;
  /** The checkpoint to be sent next, as a signed note; a later one takes its place. */
  pendingCheckpoint: string | null;
  sending: Promise<void> | null;
  isFailing: boolean;
  failures: number;
}

export class Witnesses {
  readonly #deliveries: readonly WitnessDelivery[];
  readonly #stopping = new AbortController();

  /** `onChange` is called when a witness, named by its place in the list, begins to fail or works again. */
  constructor(
    witnesses: readonly Witness[],
    private readonly onChange: (number: number, isFailing: boolean) => void,
    private readonly waits: readonly number[] = RETRY_WAITS_MS,
    private readonly timeoutMs = WITNESS_TIMEOUT_MS,
  ) {
    this.#deliveries = witnesses.map((witness) => ({
      witness,
      pendingCheckpoint: null,
      sending: null,
      isFailing: false,
      failures: 0,
    }));
  }

  states(): readonly WitnessState[] {
    return this.#deliveries.map(({ isFailing, failures }) => ({ isFailing, failures }));
  }

  /** Returns at once. */
  send(note: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#deliveries.forEach((delivery, index) => {
      delivery.pendingCheckpoint = note;
      delivery.sending ??= this.#deliver(delivery, index + 1).finally(() => (delivery.sending = null));
    });
  }

  /** Abandons deliveries that are under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#deliveries.map(({ sending }) => sending ?? Promise.resolve()));
  }

  async #deliver(delivery: WitnessDelivery, number: number): Promise<void> {
    while (delivery.pendingCheckpoint !== null) {
      const note = delivery.pendingCheckpoint;
      delivery.pendingCheckpoint = null;
      const isDelivered = await this.#tryAll(delivery.witness, note);
      if (this.#stopping.signal.aborted) return;
      if (!isDelivered) delivery.failures += 1;
      if (delivery.isFailing === isDelivered) {
        delivery.isFailing = !isDelivered;
        this.onChange(number, delivery.isFailing);
      }
    }
  }

  async #tryAll(witness: Witness, note: string): Promise<boolean> {
    const { signal } = this.#stopping;
    for (const wait of [0, ...this.waits]) {
      try {
        if (wait > 0) await sleep(wait, undefined, { signal, ref: false });
        await this.#sendInTime(witness, note);
        return true;
      } catch {
        if (signal.aborted) return false;
      }
    }
    return false;
  }

  /**
   * Sends a checkpoint to a witness; fails after `timeoutMs`, or once the service stops. The timer is our own: Node may garbage-collect an
   * AbortSignal.timeout that is only held by AbortSignal.any, and the witness would then never time out (nodejs/node, issue 57736).
   */
  async #sendInTime(witness: Witness, note: string): Promise<void> {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const attempt = new AbortController();
    const abort = (): void => attempt.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(() => attempt.abort(new Error('not in time')), this.timeoutMs).unref();
    try {
      await sendTo(witness, note, attempt.signal);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }
}

const sendTo = async (witness: Witness, note: string, signal: AbortSignal): Promise<void> => {
  if ('file' in witness) await appendLine(witness.file, checkpointLine(note), signal);
  else if ('command' in witness) await runProgram(witness.command, note, signal);
  else await postNote(witness.url, note, signal);
};

/** Files to which a line is being appended. A network share may take it long after the timeout, and no later line may overtake it. */
const FILES_BEING_WRITTEN = new Set<string>();

/** When the signal aborts, only the wait for the line ends: Node cannot cancel a write to a file. */
const appendLine = async (file: string, line: string, signal: AbortSignal): Promise<void> => {
  if (FILES_BEING_WRITTEN.has(file)) throw new Error('an earlier line is still being written');
  FILES_BEING_WRITTEN.add(file);
  const written = appendFile(file, `${line}\n`, { mode: 0o600 }).finally(() => FILES_BEING_WRITTEN.delete(file));
  await Promise.race([written, rejectedOnAbort(signal)]);
};

const rejectedOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const rejectWithReason = (): void => reject(signal.reason as Error);
    if (signal.aborted) rejectWithReason();
    else signal.addEventListener('abort', rejectWithReason, { once: true });
  });

/** Runs a program without a shell, with the note on standard input, and without the service's environment, which holds its token. */
const runProgram = ([program = '', ...args]: readonly string[], note: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
    const child = spawn(program, args, { signal, killSignal: 'SIGKILL', stdio: ['pipe', 'ignore', 'ignore'], env });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
    // A program that does not read its standard input is judged by its exit code only.
    child.stdin.on('error', () => undefined);
    child.stdin.end(note);
  });

const postNote = async (url: string, note: string, signal: AbortSignal): Promise<void> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: note,
    redirect: 'error',
    signal,
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
};

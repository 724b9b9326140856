/** Sends requests again where the register asks for that, as a client does: a busy machine makes it do so at any time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LooseJson } from './contract.js';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: LooseJson;
}

interface Recorder<A extends Answer> {
  post(path: string, body: object, headers?: Record<string, string>): Promise<A>;
}

/** Problem codes on which a client asks again. */
const PASSING: readonly unknown[] = [
  'REGISTER.UNAVAILABLE',
  'REGISTER.BUSY',
  'REGISTER.OVERDUE',
  'REGISTER.VERIFYING',
  'REVISION.RACED',
  'READS.BEHIND',
  'PROOF.TREE_BEHIND',
];

/** Sooner than the `Retry-After` of the answer, to be quick. */
const PAUSE_MS = 5;

/** The first answer that does not ask to come again. Never gives up: the test's time limit does. */
export const askAgain = async <A extends Pick<Answer, 'body'>>(
  ask: () => Promise<A>,
  onRetry: () => void = () => undefined,
): Promise<A> => {
  for (;;) {
    const answer = await ask();
    if (!PASSING.includes(answer.body['code'])) return answer;
    onRetry();
    await sleep(PAUSE_MS);
  }
};

/** The answer to a write that is sent under one idempotency key until it is recorded or refused. */
export const postOnce = <A extends Answer>(
  recorder: Recorder<A>,
  path: string,
  body: object,
  onRetry?: () => void,
): Promise<A> => {
  const key = { 'idempotency-key': randomUUID() };
  return askAgain(() => recorder.post(path, body, key), onRetry);
};

/** The answer to a write that must be recorded. Throws if it is refused. */
export const record = async <A extends Answer>(
  recorder: Recorder<A>,
  path: string,
  body: object,
  onRetry?: () => void,
): Promise<A> => {
  const answer = await postOnce(recorder, path, body, onRetry);
  if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.text}`);
  return answer;
};

/** The text at an address, asked for until the register does not ask to come again. Throws for any other refusal. */
export const fetchText = async (url: string): Promise<string> => {
  const { text } = await askAgain(async () => {
    const response = await fetch(url);
    const text = await response.text();
    const body = response.ok ? {} : (JSON.parse(text) as LooseJson);
    if (!response.ok && !PASSING.includes(body['code'])) throw new Error(`${url}: ${text}`);
    return { text, body };
  });
  return text;
};

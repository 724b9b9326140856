/**
 * `npm run test:independent`: an implementation that shares nothing with Habeas, Go's checksum database, accepts the checkpoints, tiles
 * and proofs of a running register, and refuses each of them with one bit changed. Needs `golang-go` and `golang-golang-x-mod-dev` of
 * Debian; says what it skipped where they are missing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const CLI = join(import.meta.dirname, '../../dist/bundle/cli.js');
const VERIFIER = join(import.meta.dirname, 'verify.go');
/** Where Debian puts the sources of Go libraries. */
const GOPATH = process.env.GOPATH ?? '/usr/share/gocode';

const folder = mkdtempSync(join(tmpdir(), 'habeas-independent-'));
const data = join(folder, 'data');
const env = {
  ...process.env,
  HABEAS_DATA: data,
  HABEAS_PORT: '0',
  HABEAS_TODAY: '2026-01-05',
  HABEAS_LOG_LEVEL: 'error',
};

/** Runs a command of the register and returns what it prints. */
const habeas = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`habeas ${args.join(' ')}: ${stderr}`);
  return stdout;
};

const serve = async () => {
  const child = spawn(process.execPath, [CLI, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url !== undefined) return { child, url };
  }
  throw new Error('the service ended before it listened');
};

/** Waits until the service answers what it is asked for, since read models and tree are built after its start. */
const untilAnswered = async (url) => {
  while ((await fetch(url)).status !== 200) await sleep(50);
};

const openCase = async (url) => {
  const { status } = await fetch(`${url}/v1/cases`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'person:clerk-1' },
    body: JSON.stringify({
      names: [{ text: 'Nümunə Sınaqov', script: 'Latn', language: 'az', kind: 'full' }],
      sources: [{ kind: 'press', citation: 'synthetic' }],
      acknowledge: ['CASE.POSSIBLE_DUPLICATE'],
    }),
  });
  if (status !== 201) throw new Error(`a case was answered by ${status}`);
};

const run = async () => {
  habeas('demo', '--once', '--data', data);
  habeas('keys', 'independent.example/log');
  const earlier = join(folder, 'earlier');
  writeFileSync(earlier, habeas('checkpoint'));
  const { child, url } = await serve();
  try {
    await untilAnswered(`${url}/health/ready`);
    for (let count = 0; count < 3; count++) await openCase(url);
    const size = Number(habeas('checkpoint').split('\n')[1]);
    await untilAnswered(`${url}/v1/log/proof/consistency?from=1&to=${size}`);
    await untilAnswered(`${url}/health/ready`);
    const go = spawn('go', ['run', VERIFIER, url, habeas('keys').trim(), earlier], {
      env: { ...process.env, GO111MODULE: 'off', GOPATH, GOCACHE: join(folder, 'go') },
      stdio: 'inherit',
    });
    return await new Promise((resolve) => go.once('exit', resolve));
  } finally {
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
  }
};

const isMissing =
  spawnSync('go', ['version']).status !== 0 || !existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog'));
try {
  if (isMissing)
    console.log(
      'Skipped: checkpoints, inclusion proofs, consistency proofs and tiles were not checked by Go.\n' +
        'It needs: apt-get install golang-go golang-golang-x-mod-dev',
    );
  else process.exitCode = (await run()) ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

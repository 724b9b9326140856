/** Two instances, on loopback addresses, behind a proxy with the configuration of docker-compose.cluster.yml. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Service } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const installed = spawnSync('caddy', ['version']).status === 0;
if (!installed) process.stderr.write('SKIPPED test/e2e/proxy.spec.ts: there is no caddy in the PATH.\n');

(installed ? describe : describe.skip)('deploy/Caddyfile', () => {
  let folder: TemporaryFolder;
  let first: Service;
  let second: Service;
  let proxy: ChildProcess;
  let url: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    first = await Service.start({ HABEAS_HOST: '127.0.0.2' });
    const { port } = new URL(first.url);
    second = await Service.start({ HABEAS_HOST: '127.0.0.3', HABEAS_PORT: port });
    url = `http://127.0.0.1:${port}`;
    const file = readFileSync(join(__dirname, '../../deploy/Caddyfile'), 'utf8')
      .replace(':3000 {', ':3000 {\nbind 127.0.0.1')
      .replaceAll('habeas-1', '127.0.0.2')
      .replaceAll('habeas-2', '127.0.0.3')
      .replaceAll('3000', port);
    const config = join(folder.path, 'Caddyfile');
    await writeFile(config, file);
    const env = { PATH: process.env['PATH'], XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path };
    proxy = spawn('caddy', ['run', '--config', config, '--adapter', 'caddyfile'], { env, stdio: 'ignore' });
    await until(async () => (await ask('/health/ready')).status === 200);
  });

  afterAll(async () => {
    const ended = new Promise((end) => proxy.once('exit', end));
    proxy.kill('SIGTERM');
    await ended;
    await Promise.all([first.remove(), second.remove(), folder.remove()]);
  });

  const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}${path}`, { headers }).catch(() => new Response(null, { status: 599 }));

  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) {
      if (proxy.exitCode !== null) throw new Error(`caddy ended with ${proxy.exitCode}`);
      await new Promise((again) => setTimeout(again, 20));
    }
  };

  it('asks both, and passes on the id of the request and the name by which it was called', async () => {
    const ids = Array.from({ length: 40 }, () => randomUUID());
    const replies = await Promise.all(ids.map((id) => ask('/v1/lists', { 'x-request-id': id })));
    expect(replies.map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect(replies.map(({ headers }) => headers.get('x-request-id'))).toEqual(ids);
    for (const service of [first, second]) expect(service.logs.join('')).toContain('/v1/lists');
  });

  it('goes on with one of them, and takes the other back', async () => {
    await second.stop();
    const replies = await Promise.all(Array.from({ length: 40 }, () => ask('/v1/lists')));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    await second.restart();
    await first.stop();
    await until(async () => (await ask('/v1/lists')).status === 200);
  });
});

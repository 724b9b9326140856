/** A PostgreSQL cluster for the peers that need one: in a temporary folder, on a Unix socket, of another user than root. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Cluster {
  readonly versions: { readonly PostgreSQL: string };
  /** The variables by which all clients find the server. */
  readonly environment: { readonly PGHOST: string; readonly PGUSER: string };
  readonly stop: () => Promise<void>;
}

/** Where Debian keeps the programs of each version. */
const DEBIAN = '/usr/lib/postgresql';
const USER = 'bench';

/** A program of the newest version; null where none is installed. */
const program = (name: string): string | null => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  const files = versions.sort((a, b) => b - a).map((version) => join(DEBIAN, String(version), 'bin', name));
  return files.find((file) => existsSync(file)) ?? null;
};

/** PostgreSQL refuses to run as root, and then runs as the user that its package made. */
const account = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
};

/** Starts a cluster with the usual settings, flushed at each commit. Null where PostgreSQL is not installed. */
export const startPostgres = async (): Promise<Cluster | null> => {
  const [initdb, postgres, isReady] = ['initdb', 'postgres', 'pg_isready'].map(program);
  if (!initdb || !postgres || !isReady) return null;
  const user = account();
  const folder = mkdtempSync(join(tmpdir(), 'habeas-bench-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const options = { cwd: folder, ...user };
  const files = join(folder, 'data');
  const local = ['-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale', 'C'];
  execFileSync(initdb, ['-D', files, ...local], { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=on', 'synchronous_commit=on'];
  const server = spawn(postgres, ['-D', files, ...settings.flatMap((setting) => ['-c', setting])], {
    ...options,
    stdio: 'ignore',
  });
  const stop = async (): Promise<void> => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  while (spawnSync(isReady, ['-q', '-h', folder]).status !== 0) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    await sleep(50);
  }
  const version = execFileSync(postgres, ['--version'], { encoding: 'utf8' });
  return {
    versions: { PostgreSQL: /\d[\d.]*/.exec(version)?.[0] ?? '' },
    environment: { PGHOST: folder, PGUSER: USER },
    stop,
  };
};

/** Makes an empty database in the cluster at PGHOST, and returns its URL. */
export const createDatabase = (): string => {
  const name = randomUUID();
  execFileSync(program('createdb') ?? 'createdb', [name]);
  return `postgresql:///${name}`;
};

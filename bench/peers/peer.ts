/** The stores that somebody would pick instead: packages of their own, which the project does not install. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NewEvent } from '../../src/event-store/port.js';

/** One peer, opened on an empty file or database. */
export interface Peer {
  /** Durable once it resolves. `revision`: that of the first of the events, from 0. */
  readonly append: (stream: string, revision: number, events: readonly NewEvent[]) => Promise<unknown>;
  /** Loads a stream and folds it. */
  readonly load: <T>(stream: string, initial: T, step: (state: T, event: NewEvent) => T) => Promise<T>;
  /** Reads the whole log. */
  readonly replay?: (apply: (stream: string, event: NewEvent) => void) => Promise<void>;
  /** Projects the log into a table of cases and one of events by the store's own consumer; returns how many events that has. */
  readonly rebuild?: (types: readonly string[], events: number) => Promise<number>;
  readonly close: () => Promise<unknown>;
}

/** Where a peer keeps its events: an empty folder, or the URL of an empty database. */
export type OpenPeer = (place: string) => Promise<Peer>;

interface PeerPackage {
  /** The package whose version is that of the peer. */
  readonly package: string;
  readonly needsPostgres: boolean;
  /** Whether the peer has a log of all events, beside appends and loads. */
  readonly hasLog: boolean;
}

/** The peers, by the name of the module that opens each. */
export const PEERS: Readonly<Record<string, PeerPackage>> = {
  evtstore: { package: 'evtstore', needsPostgres: false, hasLog: true },
  'emmett-sqlite': { package: '@event-driven-io/emmett-sqlite', needsPostgres: false, hasLog: true },
  'emmett-postgresql': { package: '@event-driven-io/emmett-postgresql', needsPostgres: true, hasLog: true },
  castore: { package: '@castore/core', needsPostgres: true, hasLog: false },
};

const FOLDER = fileURLToPath(new URL('../../../bench/peers', import.meta.url));

/** The exact versions of their packages. */
export const peerVersions = (): Readonly<Record<string, string>> =>
  (JSON.parse(readFileSync(`${FOLDER}/package.json`, 'utf8')) as { readonly dependencies: Record<string, string> })
    .dependencies;

/** Whether an installation ended, and installed these versions: npm writes this file last. */
const areInstalled = (): boolean => {
  const file = `${FOLDER}/node_modules/.package-lock.json`;
  if (!existsSync(file)) return false;
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  return Object.entries(peerVersions()).every(
    ([name, version]) => packages[`node_modules/${name}`]?.version === version,
  );
};

/** Installs the packages of the peers if they are not there. */
export const installPeers = (log: (text: string) => void): void => {
  if (areInstalled()) return;
  log('installing the peers (npm ci --prefix bench/peers); native modules are compiled, which takes minutes');
  execFileSync('npm', ['ci', '--prefix', FOLDER, '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 'inherit'] });
};

export const openPeer = async (name: string, place: string): Promise<Peer> => {
  const { open } = (await import(`file://${FOLDER}/${name}.mjs`)) as { readonly open: OpenPeer };
  return open(place);
};

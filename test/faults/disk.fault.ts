/**
 * A full disk and files without write permission, against the built service. A test that this machine does not permit is skipped
 * with its reason.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService, type BuiltServiceReply } from '../support/built-service.js';
import { latinName, WITH_SOURCES } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** Whether the command succeeds on this machine. */
const succeeds = (command: string, ...args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

let folder: TemporaryFolder;
let data: string;
let service: BuiltService;
beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'data');
  mkdirSync(data);
});
afterEach(async () => {
  await service.stop('SIGKILL');
  await folder.remove();
});

const openCase = (note = 'x'): Promise<BuiltServiceReply> =>
  service.post('/v1/cases', { names: [latinName('Nümunə')], note, ...WITH_SOURCES });
const isReady = async (): Promise<boolean> => (await service.get('/health/ready')).status === 200;
const codes = async (): Promise<Record<string, string>> =>
  ((await service.get('/health/ready')).body['codes'] ?? {}) as Record<string, string>;
const casesIn = async (): Promise<number> => Number((await service.get('/v1/cases?limit=1')).body['total'].yes);
const refusal = {
  status: 503,
  retryAfter: '1',
  text: expect.any(String) as unknown,
  body: expect.objectContaining({ code: 'REGISTER.UNAVAILABLE' }) as unknown,
};

const skipped = (what: string, why: string): void => {
  it.skip(`${what} (skipped: ${why})`, () => undefined);
};

const mounts = process.getuid?.() === 0 && succeeds('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt');
if (!mounts) skipped('a full disk', 'needs the right to mount a file system');
else
  describe('a full disk', () => {
    beforeEach(() => void execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,mode=0700', 'tmpfs', data]));
    afterEach(async () => {
      await service.stop('SIGKILL');
      execFileSync('umount', [data]);
    });

    /** Fills the disk with a removable file except for `leave` bytes. */
    const fill = (leave: number): void => {
      const { bavail, bsize } = statfsSync(data);
      writeFileSync(join(data, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
    };

    it('refuses writes and answers reads; recovers when there is room; loses nothing acknowledged', async () => {
      const log = openSync(join(data, 'habeas.log'), 'a');
      service = await BuiltService.start(data, { stderr: log });
      closeSync(log);
      await until(isReady);
      let acknowledged = 0;
      for (; acknowledged < 20; acknowledged += 1) expect((await openCase()).status).toBe(201);
      await until(async () => (await casesIn()) === acknowledged);
      fill(64 * 1024);
      let answer = await openCase('x'.repeat(3_000));
      for (; answer.status === 201; answer = await openCase('x'.repeat(3_000))) acknowledged += 1;
      expect(answer).toEqual(refusal);
      expect((await codes())['log']).toBe('STORE_UNWRITABLE');
      expect((await service.get('/v1/cases')).status).toBe(200);
      expect((await service.get('/v1/events')).status).toBe(200);
      expect((await service.get('/metrics')).status).toBe(200);
      expect(service.running).toBe(true);
      const lines = statSync(join(data, 'habeas.log')).size;
      rmSync(join(data, 'filler'));
      await until(isReady);
      expect((await openCase('x'.repeat(3_000))).status).toBe(201);
      acknowledged += 1;
      await until(async () => (await casesIn()) === acknowledged);
      expect(statSync(join(data, 'habeas.log')).size).toBeGreaterThan(lines);
      expect(readFileSync(join(data, 'habeas.log'), 'utf8')).not.toContain('Nümunə');
      expect(await service.stop()).toBe(0);
      service = await BuiltService.start(data);
      await until(isReady);
      expect(await casesIn()).toBe(acknowledged);
    });

    it('without room for read models: they are built once there is room', async () => {
      service = await BuiltService.start(data);
      for (let i = 0; i < 100; i += 1) expect((await openCase('x'.repeat(3_000))).status).toBe(201);
      await service.stop();
      for (const file of readdirSync(data)) if (file.startsWith('read-models')) rmSync(join(data, file));
      fill(128 * 1024);
      service = await BuiltService.start(data);
      await until(async () => (await codes())['read-models'] === 'READ_MODELS_UNWRITABLE');
      expect((await service.get('/health/live')).status).toBe(200);
      rmSync(join(data, 'filler'));
      await until(isReady);
      expect(await casesIn()).toBe(100);
    });
  });

/** Permissions do not restrict root, so root runs the service as another user. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;
const other =
  uid === undefined ||
  succeeds(
    'setpriv',
    '--reuid',
    String(uid),
    '--clear-groups',
    process.execPath,
    join(__dirname, '../../dist/bundle/cli.js'),
    '--help',
  );
if (!other) skipped('files that may only be read', 'another user cannot run the service here');
else
  describe('files that may only be read', () => {
    const setMode = (mode: number): void => {
      for (const file of ['events.sqlite', 'read-models.sqlite']) chmodSync(join(data, file), mode);
    };
    beforeEach(() => {
      if (uid === undefined) return;
      for (const path of [folder.path, data]) chownSync(path, uid, uid);
    });
    const start = (): Promise<BuiltService> => BuiltService.start(data, uid === undefined ? {} : { uid });

    it('are read, and written again without a restart once they may be', async () => {
      service = await start();
      for (let i = 0; i < 20; i += 1) expect((await openCase()).status).toBe(201);
      await until(async () => (await casesIn()) === 20);
      await service.stop();
      setMode(0o400);
      service = await start();
      expect(await openCase()).toEqual(refusal);
      expect((await codes())['log']).toBe('STORE_UNWRITABLE');
      expect(await casesIn()).toBe(20);
      setMode(0o600);
      await until(isReady);
      expect((await openCase()).status).toBe(201);
      await until(async () => (await casesIn()) === 21);
    });

    it('in a folder without write permission: the service fails to start with a reason', async () => {
      chmodSync(data, 0o500);
      await expect(start()).rejects.toThrow(/ended with 2: /);
      chmodSync(data, 0o700);
      service = await start();
      expect((await openCase()).status).toBe(201);
    });
  });

/** Whether this user may set the immutable attribute and the file system enforces it. */
const canMakeImmutable = (): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'habeas-'));
  const file = join(probe, 'file');
  // Open before: some file systems, such as that of /dev/shm, let what is open be written.
  const open = openSync(file, 'w');
  const enforced = succeeds('chattr', '+i', file) && !canWrite(open);
  closeSync(open);
  succeeds('chattr', '-i', file);
  rmSync(probe, { recursive: true });
  return enforced;
};
const canWrite = (file: number): boolean => {
  try {
    writeSync(file, 'x');
    return true;
  } catch {
    return false;
  }
};
const setImmutable = (path: string, sign: '+' | '-'): void => void execFileSync('chattr', [`${sign}i`, path]);

if (!canMakeImmutable())
  skipped('files made immutable', 'needs the right to do so, and a file system that enforces it');
else
  it('files made immutable under a running service refuse writes, and take them again afterwards', async () => {
    service = await BuiltService.start(data);
    expect((await openCase()).status).toBe(201);
    await until(async () => (await casesIn()) === 1);
    const files = ['events.sqlite', 'events.sqlite-wal'].map((file) => join(data, file));
    for (const file of files) setImmutable(file, '+');
    try {
      expect(await openCase()).toEqual(refusal);
      expect((await codes())['log']).toBe('STORE_UNWRITABLE');
      expect(await casesIn()).toBe(1);
    } finally {
      for (const file of files) setImmutable(file, '-');
    }
    await until(isReady);
    expect((await openCase()).status).toBe(201);
  });

/** The container files, as far as reading them can tell. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { settingsTable } from '../../src/settings.js';

const read = (file: string): string => readFileSync(join(__dirname, '../..', file), 'utf8');
const compose = parse(read('docker-compose.yml'));
const { habeas } = compose.services;
const dockerfile = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('docker-compose.yml', () => {
  test('sets nothing that is no setting', () => {
    const names: readonly string[] = Object.values(settingsTable).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(habeas.environment)));
  });

  test('publishes on loopback only', () => {
    for (const service of Object.values<{ ports?: string[] }>(compose.services))
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(habeas.ports).toHaveLength(1);
    expect(habeas.network_mode).toBeUndefined();
  });

  test('does not start without a bearer token, and holds none', () => {
    expect(habeas.environment.HABEAS_TOKEN).toMatch(/^\$\{HABEAS_TOKEN:\?.+\}$/);
  });

  test('listens beyond loopback inside the container, on the port that is published', () => {
    expect(habeas.environment.HABEAS_HOST).toBe('0.0.0.0');
    expect(habeas.ports[0].split(':')[2]).toBe(habeas.environment.HABEAS_PORT);
  });

  test('keeps the data folder in a volume, and nothing else can be written but /tmp', () => {
    expect(habeas.volumes).toEqual([`data:${habeas.environment.HABEAS_DATA}`]);
    expect(Object.keys(compose.volumes)).toEqual(['data']);
    expect(habeas.read_only).toBe(true);
    expect(habeas.tmpfs.map((mount: string) => mount.split(':')[0])).toEqual(['/tmp']);
  });

  test('runs without privileges', () => {
    expect(habeas.cap_drop).toEqual(['ALL']);
    expect(habeas.cap_add).toBeUndefined();
    expect(habeas.privileged).toBeUndefined();
    expect(habeas.security_opt).toContain('no-new-privileges:true');
  });

  test('has time to answer what is under way', () => {
    expect(habeas.stop_grace_period).toBe('30s');
  });
});

describe('Dockerfile', () => {
  const stages = dockerfile.filter((line) => line.startsWith('FROM '));
  const last = dockerfile.slice(dockerfile.lastIndexOf(stages.at(-1)!));

  test('pins its base image by tag, the same in every stage', () => {
    const images = stages.map((line) => line.split(' ')[1]);
    expect(new Set(images)).toEqual(new Set(['node:22-bookworm-slim']));
    expect(stages).toHaveLength(2);
  });

  test('compiles in the first stage alone', () => {
    expect(dockerfile.join('\n')).toMatch(/npm ci/);
    expect(last.join('\n')).not.toMatch(/apt-get|npm/);
  });

  test('does not run as root', () => {
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(last.indexOf('USER node')).toBeLessThan(last.findIndex((line) => line.startsWith('CMD ')));
  });

  test('says how it is: health, data folder, command', () => {
    expect(last.join('\n')).toMatch(/HEALTHCHECK [^]*fetch\('http:\/\/127\.0\.0\.1:3000\/health\/live'\)/);
    expect(last).toContain(`VOLUME ${habeas.environment.HABEAS_DATA}`);
    expect(last).toContain('CMD ["node", "dist/cli.js", "serve"]');
  });
});

test('.dockerignore lets in what the image is built from, and no data', () => {
  const [everything, ...back] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(everything).toBe('*');
  const copied = dockerfile
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1));
  expect(back.map((line) => line.replace('!', '')).sort()).toEqual([...copied].sort());
});

/** Static checks of the container files: no container engine runs in the tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConnectionString } from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import { DCLinter } from 'dclint';
import { parse } from 'yaml';
import { readSettings, settingDefinitions } from '../../src/settings.js';

interface Container {
  readonly image?: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly ipv4_address: string }>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly [key: string]: unknown;
}

interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, Container>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const FILES = ['docker-compose.yml', 'docker-compose.sqlite.yml', 'docker-compose.cluster.yml'];

const path = (file: string): string => join(__dirname, '../..', file);
const read = (file: string): string => readFileSync(path(file), 'utf8');
const compose = (file: string): Compose => parse(read(file), { merge: true }) as Compose;
const containers = (file: string): readonly Container[] => Object.values(compose(file).services);
const variables = ({ environment = {} }: Container): Readonly<Record<string, string>> => environment;

/** The service's own containers, and the server's. */
const ours = (file: string): readonly Container[] => containers(file).filter(({ build }) => build !== undefined);
const nodes = (file: string): readonly Container[] =>
  containers(file).filter(({ image }) => image?.startsWith('eventstore/eventstore:') === true);

const dockerfile = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe.each(FILES)('%s', (file) => {
  test('is valid by the compose specification, and every image has a tag', () => {
    const style = ['service-keys-order', 'services-alphabetical-order', 'top-level-properties-order'];
    const rules = Object.fromEntries(style.map((rule) => [rule, 0 as const]));
    const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] });
    expect(
      linter.lintFiles([path(file)], false).flatMap(({ messages }: { messages: readonly unknown[] }) => messages),
    ).toEqual([]);
  });

  test('sets only variables that the service reads', () => {
    const names = Object.values(settingDefinitions).map(({ name }): string => name);
    expect(ours(file)).not.toEqual([]);
    for (const one of ours(file)) expect(names).toEqual(expect.arrayContaining(Object.keys(variables(one))));
  });

  test('sets only options of the EventStoreDB version that it runs', () => {
    const { version, variables: names } = JSON.parse(read('test/fixtures/eventstoredb-options.json'));
    for (const node of nodes(file)) {
      expect(node.image).toBe(`eventstore/eventstore:${version}-jammy`);
      expect(names).toEqual(expect.arrayContaining(Object.keys(variables(node))));
    }
  });

  test('contains no secrets, and does not start without them', () => {
    const secrets = containers(file)
      .flatMap((container) => Object.entries(variables(container)))
      .filter(([name]) => /TOKEN|PASSWORD/.test(name) && !/_FILE$/.test(name));
    expect(secrets).not.toEqual([]);
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{[A-Z_]+:\?.+\}$/);
    for (const one of ours(file)) expect(variables(one)).toHaveProperty('HABEAS_TOKEN');
  });

  test('publishes one port, on loopback, under the number that the service listens on', () => {
    const published = containers(file).flatMap(({ ports = [] }) => ports);
    const [port] = ours(file).map((one) => variables(one)['HABEAS_PORT']);
    expect(published).toEqual([`127.0.0.1:${port}:${port}`]);
    for (const container of containers(file)) expect([undefined, 'none']).toContain(container['network_mode']);
  });

  test('listens on all addresses inside the containers only', () => {
    for (const one of ours(file)) expect(variables(one)['HABEAS_HOST']).toBe('0.0.0.0');
  });

  test('stores persistent data in named volumes, each with one writer', () => {
    const mounts = containers(file)
      .flatMap(({ volumes = [] }) => volumes)
      .map((volume) => volume.split(':') as [string, string, string?]);
    const named = mounts.filter(([source]) => !source.startsWith('./'));
    expect(Object.keys(compose(file).volumes).sort()).toEqual([...new Set(named.map(([source]) => source))].sort());
    const written = named.filter(([, , mode]) => mode !== 'ro').map(([source]) => source);
    expect(new Set(written).size).toBe(written.length);
    for (const one of ours(file)) expect(one.volumes?.[0]).toMatch(`:${variables(one)['HABEAS_DATA']}`);
    for (const node of nodes(file)) {
      const targets = node.volumes?.map((volume) => volume.split(':')[1]);
      expect(targets).toEqual(expect.arrayContaining(['/var/lib/eventstore', '/var/log/eventstore']));
    }
  });

  test('lets the service write only to its data folder and /tmp, and gives it time to drain', () => {
    for (const one of ours(file)) {
      expect(one).toMatchObject({ init: true, read_only: true, stop_grace_period: '30s', restart: 'unless-stopped' });
      expect((one['tmpfs'] as string[]).map((mount) => mount.split(':')[0])).toEqual(['/tmp']);
    }
  });

  test('runs without privileges', () => {
    for (const container of containers(file)) {
      expect(container).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(container['privileged']).toBeUndefined();
    }
    for (const container of [...ours(file), ...nodes(file)]) expect(container['cap_add']).toBeUndefined();
  });

  test('depends on its nodes, of which one may be missing where there are several, and connects to them by their names', () => {
    const { services } = compose(file);
    for (const one of ours(file).filter((each) => variables(each)['EVENT_STORE'] === 'esdb')) {
      const { hosts, dnsDiscover } = parseConnectionString(variables(one)['ESDB_URL'] as string);
      expect(dnsDiscover).toBe(false);
      expect(hosts.map(({ port }) => port)).toEqual(hosts.map(() => 2113));
      expect(Object.keys(one.depends_on ?? {})).toEqual(hosts.map(({ address }) => address));
      expect(hosts.map(({ address }) => services[address])).toEqual(nodes(file));
      // A node that never becomes healthy must not stop the service from starting with the other two.
      const needs =
        hosts.length > 1 ? { condition: 'service_started', required: false } : { condition: 'service_healthy' };
      for (const dependency of Object.values(one.depends_on ?? {})) expect(dependency).toEqual(needs);
    }
    for (const node of nodes(file)) expect(node.healthcheck?.test.join(' ')).toMatch(/localhost:2113\/health\/live$/);
  });

  test('puts the nodes on an internal network with the service, and opts out of their telemetry', () => {
    for (const node of nodes(file)) {
      expect(node.networks).toEqual(['log']);
      expect(variables(node)['EVENTSTORE_TELEMETRY_OPTOUT']).toBe('true');
    }
    if (nodes(file).length > 0) expect(compose(file).networks?.['log']).toEqual({ internal: true });
  });
});

test('the files do not share volumes', () => {
  expect(new Set(FILES.map((file) => compose(file).name)).size).toBe(FILES.length);
});

test('each file chooses its store', () => {
  const chosen = (file: string) => ours(file).map((one) => variables(one)['EVENT_STORE'] ?? 'sqlite');
  expect(FILES.map(chosen)).toEqual([['esdb'], ['sqlite'], ['esdb', 'esdb']]);
});

describe('docker-compose.cluster.yml', () => {
  const { services } = compose('docker-compose.cluster.yml');
  const names = Object.keys(services).filter((name) => /^node\d$/.test(name));

  test('has nodes that advertise the names in their certificates, and list each other', () => {
    expect(services['certificates']?.['entrypoint']).toEqual(['bash', '/certificates.sh', ...names]);
    for (const name of names) {
      const others = names.filter((other) => other !== name).map((other) => `${other}:2113`);
      expect(variables(services[name] as Container)).toMatchObject({
        EVENTSTORE_CLUSTER_SIZE: String(names.length),
        EVENTSTORE_GOSSIP_SEED: others.join(','),
        EVENTSTORE_NODE_HOST_ADVERTISE_AS: name,
        EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: name,
        EVENTSTORE_CERTIFICATE_FILE: `/certificates/${name}/node.crt`,
        EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE: `/certificates/${name}/node.key`,
      });
      expect(services[name]?.depends_on).toEqual({ certificates: { condition: 'service_completed_successfully' } });
    }
  });

  test('verifies certificates, and sets passwords', () => {
    for (const node of nodes('docker-compose.cluster.yml')) {
      expect(variables(node)).not.toHaveProperty('EVENTSTORE_INSECURE');
      expect(variables(node)).toHaveProperty('EVENTSTORE_DEFAULT_ADMIN_PASSWORD');
      expect(variables(node)).toHaveProperty('EVENTSTORE_DEFAULT_OPS_PASSWORD');
    }
    for (const one of ours('docker-compose.cluster.yml')) {
      const url = parseConnectionString(variables(one)['ESDB_URL'] as string);
      expect(url).toMatchObject({ tls: true, tlsCAFile: '/trust/ca.crt' });
      expect(url.defaultCredentials).toEqual({ username: 'admin', password: '${ADMIN_PASSWORD}' });
      expect(one.volumes).toContain('trust:/trust:ro');
    }
  });

  test("mounts the authority's key in the signing job only", () => {
    const holders = Object.keys(services).filter((name) =>
      services[name]?.volumes?.some((volume) => volume.startsWith('authority:')),
    );
    expect(holders).toEqual(['certificates']);
  });

  test('has a proxy with a fixed address, and instances that trust no other', () => {
    const address = '10.213.97.2';
    expect(services['proxy']?.networks).toEqual({ default: { ipv4_address: address } });
    expect(compose('docker-compose.cluster.yml').networks?.['default']).toEqual({
      // The engine assigns addresses from the other half only, so that no container gets the proxy's.
      ipam: { config: [{ subnet: '10.213.97.0/24', ip_range: '10.213.97.128/25' }] },
    });
    for (const one of ours('docker-compose.cluster.yml')) {
      const { HABEAS_TRUSTED_PROXIES: trusted, HABEAS_TOKEN: _, ...rest } = variables(one);
      expect(trusted).toBe(address);
      const settings = { ...rest, HABEAS_ALLOWED_HOSTS: '', HABEAS_TOKEN: 'sixteen-characters' };
      const { trustedProxies } = readSettings({ ...settings, HABEAS_TRUSTED_PROXIES: String(trusted) });
      expect(trustedProxies).toEqual([address]);
    }
  });

  test('has instances that differ in their volumes only', () => {
    const [first, second] = ours('docker-compose.cluster.yml');
    expect({ ...first, volumes: null }).toEqual({ ...second, volumes: null });
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

  test('declares health check, data folder and command', () => {
    expect(last.join('\n')).toMatch(/HEALTHCHECK [^]*fetch\('http:\/\/127\.0\.0\.1:3000\/health\/live'\)/);
    for (const one of FILES.flatMap(ours)) expect(last).toContain(`VOLUME ${variables(one)['HABEAS_DATA']}`);
    expect(last).toContain('CMD ["node", "dist/bundle/cli.js", "serve"]');
  });
});

test('.dockerignore allows only what the Dockerfile copies', () => {
  const [everything, ...back] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(everything).toBe('*');
  const copied = dockerfile
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1));
  expect(back.map((line) => line.replace('!', '')).sort()).toEqual([...new Set(copied)].sort());
});

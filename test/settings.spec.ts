import { parseDay } from '../src/domain/time.js';
import { BadSettings, readSettings, settingDefinitions } from '../src/settings.js';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof BadSettings) return error.problems;
    throw error;
  }
  return [];
};

it('without variables, gives an embedded store on loopback', () => {
  expect(readSettings({ PATH: '/bin', HABEAS_TOKEN: '' })).toEqual({
    data: './data',
    store: 'sqlite',
    esdbUrl: null,
    esdbRegister: 'habeas',
    host: '127.0.0.1',
    port: 3000,
    token: null,
    allowedHosts: [],
    trustedProxies: [],
    timeZone: 'Asia/Baku',
    gravity: null,
    today: null,
    acceptClock: null,
    checkpointEvents: 1_000,
    checkpointSeconds: 600,
    witnesses: [],
    logLevel: 'info',
  });
});

it('reads every setting', () => {
  const environment = {
    HABEAS_DATA: '/var/lib/habeas',
    EVENT_STORE: 'esdb',
    ESDB_URL: 'esdb://admin:secret@node-1:2113,node-2:2113',
    ESDB_REGISTER: 'union-2',
    HABEAS_HOST: '0.0.0.0',
    HABEAS_PORT: '0',
    HABEAS_TOKEN: 'sixteen-characters',
    HABEAS_ALLOWED_HOSTS: 'Register.example, 10.0.0.5:3000 ,[::1]:80',
    HABEAS_TRUSTED_PROXIES: '10.0.0.5, 172.18.0.0/16,fd00::/8,',
    HABEAS_TIMEZONE: 'Europe/Berlin',
    HABEAS_GRAVITY: '/etc/gravity.json',
    HABEAS_TODAY: '2026-01-05',
    HABEAS_ACCEPT_CLOCK: '2036-01-05T10:20:30Z',
    HABEAS_CHECKPOINT_EVENTS: '50',
    HABEAS_CHECKPOINT_SECONDS: '1',
    HABEAS_WITNESSES: '[{"file":"/w"},{"command":["x","y z"]},{"url":"https://w.example/"}]',
    HABEAS_LOG_LEVEL: 'silent',
  };
  expect(Object.keys(environment).sort()).toEqual(
    Object.values(settingDefinitions)
      .map((s) => s.name)
      .sort(),
  );
  expect(readSettings(environment)).toEqual({
    data: '/var/lib/habeas',
    store: 'esdb',
    esdbUrl: 'esdb://admin:secret@node-1:2113,node-2:2113',
    esdbRegister: 'union-2',
    host: '0.0.0.0',
    port: 0,
    token: 'sixteen-characters',
    allowedHosts: ['register.example', '10.0.0.5:3000', '[::1]:80'],
    trustedProxies: ['10.0.0.5', '172.18.0.0/16', 'fd00::/8'],
    timeZone: 'Europe/Berlin',
    gravity: '/etc/gravity.json',
    today: parseDay('2026-01-05'),
    acceptClock: new Date('2036-01-05T10:20:30Z'),
    checkpointEvents: 50,
    checkpointSeconds: 1,
    witnesses: [{ file: '/w' }, { command: ['x', 'y z'] }, { url: 'https://w.example/' }],
    logLevel: 'silent',
  });
});

it.each([
  ['EVENT_STORE', 'postgres'],
  ['ESDB_URL', 'kurrentdb://node:2113'],
  ['ESDB_URL', 'esdb://admin:secret@node:2113?tlsVerifyCert=false'],
  ['ESDB_REGISTER', 'two.parts'],
  ['HABEAS_HOST', 'not a host'],
  ['HABEAS_PORT', '65536'],
  ['HABEAS_PORT', '-1'],
  ['HABEAS_PORT', '3000.5'],
  ['HABEAS_TOKEN', 'short'],
  ['HABEAS_TOKEN', 'with a space in the middle'],
  ['HABEAS_ALLOWED_HOSTS', 'http://register.example/'],
  ['HABEAS_TRUSTED_PROXIES', 'proxy.example'],
  ['HABEAS_TRUSTED_PROXIES', '10.0.0.5,1'],
  ['HABEAS_TRUSTED_PROXIES', '0.0.0.0/0'],
  ['HABEAS_TRUSTED_PROXIES', '10.0.0.0/33'],
  ['HABEAS_TRUSTED_PROXIES', '::ffff:10.0.0.0/104'],
  ['HABEAS_TRUSTED_PROXIES', '10.0.0.0/8/8'],
  ['HABEAS_TIMEZONE', 'Baku'],
  ['HABEAS_TIMEZONE', '+04:00'],
  ['HABEAS_TODAY', '2026-02-30'],
  ['HABEAS_TODAY', '2026-02'],
  ['HABEAS_ACCEPT_CLOCK', '2036-02-30T10:20:30Z'],
  ['HABEAS_ACCEPT_CLOCK', '2036-01-05T10:20:30+04:00'],
  ['HABEAS_ACCEPT_CLOCK', '2036-01-05'],
  ['HABEAS_CHECKPOINT_EVENTS', '0'],
  ['HABEAS_CHECKPOINT_EVENTS', '1000001'],
  ['HABEAS_CHECKPOINT_SECONDS', '1.5'],
  ['HABEAS_WITNESSES', 'https://w.example/'],
  ['HABEAS_WITNESSES', '[{"url":"file:///etc/passwd"}]'],
  ['HABEAS_WITNESSES', '[{"url":"https://user:password@w.example/"}]'],
  ['HABEAS_WITNESSES', '[{"command":"rm -rf /"}]'],
  ['HABEAS_WITNESSES', '[{"file":"a","url":"https://w.example/"}]'],
  ['HABEAS_LOG_LEVEL', 'loud'],
])('%s=%s is refused with the expected form, without the value', (name, value) => {
  const { expected } = Object.values(settingDefinitions).find((s) => s.name === name)!;
  const problems = problemsOf({ [name]: value });
  expect(problems).toEqual([`${name}: expected ${expected}`]);
  expect(problems[0]).not.toContain(`${value} `);
});

it('reports every problem at once, also unknown names', () => {
  const problems = problemsOf({ HABEAS_PROT: '1', HABEAS_PORT: 'x', HABEAS_TODAY: 'now' });
  expect(problems).toHaveLength(3);
  expect(problems[0]).toContain('HABEAS_PROT: no such setting');
});

it.each(['0.0.0.0', '::', '192.168.1.5', 'register.example', '128.0.0.1'])('an address as %s needs a token', (host) => {
  expect(problemsOf({ HABEAS_HOST: host })).toEqual([expect.stringContaining('HABEAS_TOKEN')]);
  expect(problemsOf({ HABEAS_HOST: host, HABEAS_TOKEN: 'sixteen-characters' })).toEqual([]);
});

it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('loopback as %s needs none', (host) => {
  expect(problemsOf({ HABEAS_HOST: host })).toEqual([]);
});

it('a store on a server needs its address', () => {
  expect(problemsOf({ EVENT_STORE: 'esdb' })).toEqual([expect.stringContaining('ESDB_URL: expected')]);
});

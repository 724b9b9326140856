/**
 * Every setting of the service, in one table, read from environment variables. Parsed without a library, since errors must not repeat
 * values, and docs/operations.md is generated from the table.
 */
import { EXPECTED_URL_FORMAT, isEsdbUrl } from './event-store/eventstoredb/url.js';
import { MAX_CHECKPOINT_WITNESSES, parseWitnesses } from './proof/witnesses.js';
import { isLoopback, parseNetworks } from './http/client.js';
import { parseDay, type Day } from './domain/time.js';

interface Setting<T> {
  readonly name: string;
  /** The value where the variable is not set; null for none. */
  readonly default: string | null;
  readonly meaning: string;
  readonly expected: string;
  /** Returns undefined for an invalid value. */
  readonly parse: (text: string) => T | undefined;
}

const defineSetting = <T>(definition: Setting<T>): Setting<T> => definition;

const oneOf =
  <T extends string>(...values: readonly T[]) =>
  (text: string): T | undefined =>
    values.find((value) => value === text);

const numberUpTo =
  (most: number) =>
  (text: string): number | undefined => {
    const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : NaN;
    return number <= most ? number : undefined;
  };

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const STORE_KINDS = ['sqlite', 'esdb'] as const;

export const settingDefinitions = {
  data: defineSetting({
    name: 'HABEAS_DATA',
    default: './data',
    meaning: 'The folder that holds the read models and, with EVENT_STORE=sqlite, the log. One process at a time.',
    expected: 'the path of a folder',
    parse: (text) => (text.includes('\0') ? undefined : text),
  }),
  store: defineSetting({
    name: 'EVENT_STORE',
    default: 'sqlite',
    meaning: 'Where the log is kept: `sqlite`, in the data folder; `esdb`, on an EventStoreDB server or cluster.',
    expected: `one of ${STORE_KINDS.join(', ')}`,
    parse: oneOf(...STORE_KINDS),
  }),
  esdbUrl: defineSetting({
    name: 'ESDB_URL',
    default: null,
    meaning: 'The server or the nodes of the cluster, with EVENT_STORE=esdb.',
    expected: EXPECTED_URL_FORMAT,
    parse: (text) => (isEsdbUrl(text) ? text : undefined),
  }),
  esdbRegister: defineSetting({
    name: 'ESDB_REGISTER',
    default: 'habeas',
    meaning: "The register's name on the server: its streams are those whose names begin with it and a full stop.",
    expected: '1 to 60 of a-z, 0-9, - and _',
    parse: (text) => (/^[a-z0-9_-]{1,60}$/.test(text) ? text : undefined),
  }),
  host: defineSetting({
    name: 'HABEAS_HOST',
    default: '127.0.0.1',
    meaning: 'The address to listen on. Any but a loopback address needs HABEAS_TOKEN.',
    expected: 'an IP address or host name',
    parse: (text) => (/^[0-9A-Za-z.:-]{1,255}$/.test(text) ? text : undefined),
  }),
  port: defineSetting({
    name: 'HABEAS_PORT',
    default: '3000',
    meaning: 'The port to listen on; 0 takes a free one.',
    expected: 'a port from 0 to 65535',
    parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
  }),
  token: defineSetting({
    name: 'HABEAS_TOKEN',
    default: null,
    meaning: 'Where set, every request but those for health needs `Authorization: Bearer` with it.',
    expected: '16 to 512 visible ASCII characters',
    parse: (text) => (/^[\x21-\x7e]{16,512}$/.test(text) ? text : undefined),
  }),
  allowedHosts: defineSetting({
    name: 'HABEAS_ALLOWED_HOSTS',
    default: '',
    meaning: 'Host names, besides those of loopback, under which the service may be called, separated by commas.',
    expected: 'host names, each with its port where that is not the default one: register.example,10.0.0.5:3000',
    parse: (text) => {
      const hosts = text.split(',').map((host) => host.trim().toLowerCase());
      const named = hosts.filter((host) => host !== '');
      return named.every((host) => /^[0-9a-z.\-[\]:]{1,255}$/.test(host)) ? named : undefined;
    },
  }),
  trustedProxies: defineSetting({
    name: 'HABEAS_TRUSTED_PROXIES',
    default: '',
    meaning:
      'Proxies in front, separated by commas. Limits for each client count the address that they forward (X-Forwarded-For); from any other address that header is ignored.',
    expected: 'IP addresses or networks: 10.0.0.5,172.18.0.0/16,fd00::/8',
    parse: parseNetworks,
  }),
  timeZone: defineSetting({
    name: 'HABEAS_TIMEZONE',
    default: 'Asia/Baku',
    meaning: "The register's time zone; its days are days there.",
    expected: 'an IANA time zone: Asia/Baku',
    parse: (text) => (isTimeZone(text) ? text : undefined),
  }),
  gravity: defineSetting({
    name: 'HABEAS_GRAVITY',
    default: null,
    meaning:
      'The file that says how grave the offences of the Criminal Code are, which clauses of instruments ask for; `reference-data/gravity.json` where it is not set, whose form it has.',
    expected: 'the path of a file',
    parse: (text) => (text.includes('\0') ? undefined : text),
  }),
  today: defineSetting<Day>({
    name: 'HABEAS_TODAY',
    default: null,
    meaning: 'Fixes today, for a demonstration. The time of recording stays the real one.',
    expected: 'a day: 2026-01-05',
    parse: (text) => parseDay(text) ?? undefined,
  }),
  acceptClock: defineSetting<Date>({
    name: 'HABEAS_ACCEPT_CLOCK',
    default: null,
    meaning:
      'Accepts that the last event of the log was recorded in the future of the clock, up to this instant; else a clock more than a minute behind it stops all writing. New events get the instant of the last one until the clock has passed it.',
    expected: 'an instant in UTC: 2036-01-05T10:20:30Z',
    parse: (text) => parseUtcInstant(text),
  }),
  checkpointEvents: defineSetting({
    name: 'HABEAS_CHECKPOINT_EVENTS',
    default: '1000',
    meaning: 'Where there is a key (`habeas keys`), a checkpoint is signed after this many new events.',
    expected: 'a number from 1 to 1000000',
    parse: numberUpTo(1_000_000),
  }),
  checkpointSeconds: defineSetting({
    name: 'HABEAS_CHECKPOINT_SECONDS',
    default: '600',
    meaning: 'A new event is covered by a checkpoint after this many seconds at the latest.',
    expected: 'a number from 1 to 86400',
    parse: numberUpTo(86_400),
  }),
  witnesses: defineSetting({
    name: 'HABEAS_WITNESSES',
    default: '',
    meaning:
      'Where each checkpoint is sent: `file` gets a line, `command` (a program and its arguments, run without a shell) reads the note, `url` gets it by POST.',
    expected: `JSON, at most ${MAX_CHECKPOINT_WITNESSES}: [{"file":"/mnt/witness/checkpoints"},{"command":["ssh","witness","cat >> checkpoints"]},{"url":"https://witness.example/"}]`,
    parse: parseWitnesses,
  }),
  logLevel: defineSetting({
    name: 'HABEAS_LOG_LEVEL',
    default: 'info',
    meaning: 'What is logged at least.',
    expected: `one of ${LOG_LEVELS.join(', ')}`,
    parse: oneOf(...LOG_LEVELS),
  }),
} as const;

type SettingDefinitions = typeof settingDefinitions;
type SettingValue<S> = S extends Setting<infer T> ? T : never;

/** Null where a variable is not set and has no default. */
export type Settings = {
  readonly [K in keyof SettingDefinitions]:
    | SettingValue<SettingDefinitions[K]>
    | (K extends 'token' | 'today' | 'esdbUrl' | 'acceptClock' | 'gravity' ? null : never);
};

const parseUtcInstant = (text: string): Date | undefined => {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{3})?Z$/.exec(text);
  const instant = new Date(match === null ? NaN : text);
  // `new Date` turns 30 February into a day of March.
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(match?.[1] ?? '') ? instant : undefined;
};

const isTimeZone = (text: string): boolean => {
  try {
    return /^[A-Za-z]/.test(text) && new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch {
    return false;
  }
};

/** `problems`: each names a variable and what was expected of it. */
export class BadSettings extends Error {
  override readonly name = 'BadSettings';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * An empty variable counts as not set. Errors do not repeat values, since one may be a token. Throws BadSettings for invalid values,
 * for unknown variables beginning with HABEAS_ or ESDB_, for a host other than loopback without a token, and for a store on a server
 * without its address.
 */
export const readSettings = (environment: Readonly<Record<string, string | undefined>>): Settings => {
  const problems = unknownSettingNames(environment).map(
    (name) => `${name}: no such setting; there are ${settingNames().join(', ')}`,
  );
  const read: Record<string, unknown> = {};
  for (const [key, { name, default: defaultText, expected, parse }] of Object.entries(settingDefinitions)) {
    const variable = environment[name];
    const text = variable === undefined || variable === '' ? defaultText : variable;
    const value = text === null ? null : parse(text);
    if (value === undefined) problems.push(`${name}: expected ${expected}`);
    read[key] = value;
  }
  if (problems.length > 0) throw new BadSettings(problems);
  const settings = read as Settings;
  if (settings.store === 'esdb' && settings.esdbUrl === null) {
    throw new BadSettings([`ESDB_URL: expected, because EVENT_STORE is esdb: ${EXPECTED_URL_FORMAT}`]);
  }
  if (!isLoopback(settings.host) && settings.token === null) {
    throw new BadSettings(['HABEAS_TOKEN: expected, because HABEAS_HOST is no loopback address']);
  }
  return settings;
};

const settingNames = (): readonly string[] => Object.values(settingDefinitions).map((s) => s.name);

const unknownSettingNames = (environment: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.keys(environment).filter((name) => /^(HABEAS|ESDB)_/.test(name) && !settingNames().includes(name));

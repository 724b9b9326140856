/** Validates EventStoreDB URLs strictly: the client would ignore unknown options, and print invalid URLs with their password. */

/** Options of the client that do not break the contract of the port. */
const ALLOWED_OPTIONS: Readonly<Record<string, RegExp>> = {
  tls: /^(true|false)$/,
  tlsCAFile: /^.+$/,
  nodePreference: /^leader$/,
  defaultDeadline: /^[1-9]\d{2,4}$/,
  maxDiscoverAttempts: /^\d{1,4}$/,
  discoveryInterval: /^\d{1,6}$/,
  gossipTimeout: /^\d{1,4}$/,
  keepAliveInterval: /^\d{5,7}$/,
  keepAliveTimeout: /^\d{1,7}$/,
};

const ESDB_URL_PATTERN = /^(esdb|esdb\+discover):\/\/(?:([^:@/?]+):([^:@/?]+)@)?([^@/?]+)\/?(?:\?(.*))?$/;
const HOST_PATTERN = /^[0-9A-Za-z.-]+(:\d{1,5})?$/;

export const EXPECTED_URL_FORMAT =
  'esdb://user:password@host:2113 (several hosts separated by commas; ":" and "@" of a password percent-encoded), with ' +
  `options among ${Object.keys(ALLOWED_OPTIONS).join(', ')}; user and password unless tls=false; esdb+discover:// for one DNS name`;

/** Whether a text is a valid EventStoreDB URL, with allowed options only. */
export const isEsdbUrl = (text: string): boolean => {
  const [, scheme, user, , hosts, query = ''] = ESDB_URL_PATTERN.exec(text) ?? [];
  if (hosts === undefined) return false;
  const options = new URLSearchParams(query);
  const several = hosts.includes(',');
  return (
    hosts.split(',').every((host) => HOST_PATTERN.test(host)) &&
    // With esdb+discover the client asks only the first host; if that is down, it finds no other.
    !(scheme === 'esdb+discover' && several) &&
    [...options].every(([name, value]) => ALLOWED_OPTIONS[name]?.test(value) === true) &&
    (user !== undefined || options.get('tls') === 'false')
  );
};

/** User and password of the URL; null if it has none. */
export const credentialsIn = (url: string): { readonly username: string; readonly password: string } | null => {
  const [, , user, password] = ESDB_URL_PATTERN.exec(url) ?? [];
  return user === undefined || password === undefined
    ? null
    : { username: decodeURIComponent(user), password: decodeURIComponent(password) };
};

/** The `defaultDeadline` of the URL in milliseconds; null if absent. */
export const deadlineMsIn = (url: string): number | null => {
  const text = new URLSearchParams(ESDB_URL_PATTERN.exec(url)?.[5] ?? '').get('defaultDeadline');
  return text === null ? null : Number(text);
};

/** Seconds that the client waits for the gossip of one node before it asks the next; short, in case a node hangs. */
const GOSSIP_TIMEOUT_SECONDS = 1;

/** Adds `gossipTimeout` unless the URL sets it. */
export const withGossipTimeout = (url: string): string => {
  if (/[?&]gossipTimeout=/.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}gossipTimeout=${GOSSIP_TIMEOUT_SECONDS}`;
};

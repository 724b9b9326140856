/** The address of a server or a cluster, read strictly: what the client would ignore, or print with its password, is refused. */

/** Options that the client knows, and that do not change what the adapter promises. */
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

const ESDB_URL = /^(esdb|esdb\+discover):\/\/(?:([^:@/?]+):([^:@/?]+)@)?([^@/?]+)\/?(?:\?(.*))?$/;
const HOST = /^[0-9A-Za-z.-]+(:\d{1,5})?$/;

export const EXPECTED_URL =
  'esdb://user:password@host:2113 (several hosts parted by commas; ":" and "@" of a password percent-encoded), with ' +
  `options among ${Object.keys(ALLOWED_OPTIONS).join(', ')}; user and password unless tls=false; esdb+discover:// for one DNS name`;

/** Whether the text is such an address. */
export const isEsdbUrl = (text: string): boolean => {
  const [, scheme, user, , hosts, query = ''] = ESDB_URL.exec(text) ?? [];
  if (hosts === undefined) return false;
  const options = new URLSearchParams(query);
  const several = hosts.includes(',');
  return (
    hosts.split(',').every((host) => HOST.test(host)) &&
    // The client asks the first host alone where it is to discover; with that one down it never finds another.
    !(scheme === 'esdb+discover' && several) &&
    [...options].every(([name, value]) => ALLOWED_OPTIONS[name]?.test(value) === true) &&
    (user !== undefined || options.get('tls') === 'false')
  );
};

/** User and password in such an address; null where it has none. */
export const credentialsIn = (url: string): { readonly username: string; readonly password: string } | null => {
  const [, , user, password] = ESDB_URL.exec(url) ?? [];
  return user === undefined || password === undefined
    ? null
    : { username: decodeURIComponent(user), password: decodeURIComponent(password) };
};

/** How long a call may take, in milliseconds; null where the address does not say. */
export const deadlineIn = (url: string): number | null => {
  const text = new URLSearchParams(ESDB_URL.exec(url)?.[5] ?? '').get('defaultDeadline');
  return text === null ? null : Number(text);
};

/** Seconds for which the client waits for one node to tell it of the cluster: of three of which one hangs, the next is asked soon. */
const GOSSIP_SECONDS = 1;

/** The address with that bound, unless it says another. */
export const withGossipTimeout = (url: string): string => {
  if (/[?&]gossipTimeout=/.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}gossipTimeout=${GOSSIP_SECONDS}`;
};

import { credentialsIn, isEsdbUrl } from '../../../src/event-store/eventstoredb/url.js';

test.each([
  'esdb://127.0.0.1:2113?tls=false',
  'esdb://node?tls=false',
  'esdb://admin:changeit@node-1:2113',
  'esdb://admin:changeit@a:2111,b:2112,c:2113?tls=true&tlsCAFile=%2Fcerts%2Fca.crt',
  'esdb+discover://admin:p%3Aw%40rd@cluster.example:2113',
])('%s is an address', (url) => {
  expect(isEsdbUrl(url)).toBe(true);
});

test.each([
  ['another scheme', 'kurrentdb://127.0.0.1:2113?tls=false'],
  ['no host', 'esdb://?tls=false'],
  ['TLS and nobody to be', 'esdb://node:2113'],
  ['discovery by more than one name', 'esdb+discover://admin:secret@a:2113,b:2113'],
  ['an option that the client ignores', 'esdb://admin:secret@node:2113?tlsVerifyCert=false'],
  ['an option that the adapter sets', 'esdb://node:2113?tls=false&throwOnAppendFailure=false'],
  ['an option that nobody knows', 'esdb://node:2113?tls=false&speed=high'],
  ['reads from a follower', 'esdb://node:2113?tls=false&nodePreference=follower'],
  ['a password with a bare colon', 'esdb://admin:se:cret@node:2113'],
])('%s is refused', (_, url) => {
  expect(isEsdbUrl(url)).toBe(false);
});

test('user and password are read as they were before they were encoded', () => {
  expect(credentialsIn('esdb://ad%40min:p%3Aw@node:2113')).toEqual({ username: 'ad@min', password: 'p:w' });
  expect(credentialsIn('esdb://node:2113?tls=false')).toBeNull();
});

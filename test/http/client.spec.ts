import type { FastifyRequest } from 'fastify';
import { clientKeyOfAddress, clientKeyOf, createTrustedProxyCheck, parseNetworks } from '../../src/http/client.js';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:ffff::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:1::1', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', null],
  ['1', null],
  ['0x7f.0.0.1', null],
  ['192.0.2.1.example', null],
])('%s counts as %s', (address, key) => expect(clientKeyOfAddress(address)).toBe(key));

it.each([
  ['192.0.2.1:4711', '192.0.2.1'],
  ['[2001:db8::1]:4711', '2001:db8:0:0::/64'],
  ['[2001:db8::1]', '2001:db8:0:0::/64'],
  ['unknown', '10.0.0.5'],
  ['x'.repeat(10_000), '10.0.0.5'],
])('what a proxy forwards as %s counts as %s', (ip, key) =>
  expect(clientKeyOf({ ip, socket: { remoteAddress: '10.0.0.5' } } as unknown as FastifyRequest)).toBe(key),
);

it.each([
  ['10.0.0.5', '10.0.0.5', true],
  ['10.0.0.5', '::ffff:10.0.0.5', true],
  ['::ffff:10.0.0.5', '10.0.0.5', true],
  ['10.0.0.5', '10.0.0.6', false],
  ['10.0.0.0/8', '10.255.0.1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['fd00::/8', 'fdff::1', true],
  ['fd00::/8', '10.0.0.1', false],
  ['192.0.2.1,fd00::/8', 'fd00::1', true],
  ['', '127.0.0.1', false],
  ['10.0.0.5', 'unknown', false],
])('a setting of "%s" trusts %s: %s', (setting, address, trusted) =>
  expect(createTrustedProxyCheck(parseNetworks(setting) ?? [])(address)).toBe(trusted),
);

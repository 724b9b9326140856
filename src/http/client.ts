/** Who asks, as far as limits per client go: the address of the connection, or the one that a trusted proxy forwards. */
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/** Whether an address is that of a proxy whose X-Forwarded-For is believed. */
export type IsTrusted = (address: string) => boolean;

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Addresses and networks (CIDR), separated by commas; undefined where one is neither. */
export const parseNetworks = (text: string): readonly string[] | undefined => {
  const networks = text
    .split(',')
    .map((network) => network.trim())
    .filter((network) => network !== '');
  return networks.every((network) => networkOf(network) !== null) ? networks : undefined;
};

export const isTrustedBy = (networks: readonly string[]): IsTrusted => {
  const parsed = networks.map(networkOf).filter((network) => network !== null);
  return (address) => {
    const ip = ipOf(address);
    return ip !== null && parsed.some(([base, bits]) => ip.kind() === base.kind() && ip.match(base, bits));
  };
};

/** A network of 0 bits is refused: it would let every caller choose its own address. */
const networkOf = (text: string): Network | null => {
  const [address = '', bits, more] = text.split('/');
  const ip = ipOf(address);
  if (ip === null || more !== undefined) return null;
  const longest = ip.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [ip, longest];
  // The bits of an IPv4 address that is written as IPv6 would count from another place.
  if (ip.kind() === 'ipv4' && address.includes(':')) return null;
  const wanted = /^\d{1,3}$/.test(bits) ? Number(bits) : 0;
  return wanted >= 1 && wanted <= longest ? [ip, wanted] : null;
};

/** Strict: the parser alone takes `1` and `0x7f.1` for addresses. IPv4 in IPv6 counts as IPv4. */
const ipOf = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | null =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null;

/**
 * The key that an address counts under, or null for what is no address. An IPv6 address counts by its /64: one machine
 * can use all addresses of its network.
 */
export const clientKey = (address: string): string | null => {
  const ip = ipOf(address);
  if (ip === null) return null;
  return ip.kind() === 'ipv4' ? ip.toString() : `${(ip as ipaddr.IPv6).parts.slice(0, 4).map(hex).join(':')}::/64`;
};

const hex = (part: number): string => part.toString(16);

/** Some proxies forward the port too. */
const WITH_PORT = /^(?:\[([0-9a-f:.]+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/i;

/** Where a proxy forwards what is no address, its requests count as its own. */
export const clientOf = ({ ip, socket }: FastifyRequest): string => {
  const [, v6, v4] = WITH_PORT.exec(ip) ?? [];
  return clientKey(v6 ?? v4 ?? ip) ?? clientKey(socket.remoteAddress ?? '') ?? 'unknown';
};

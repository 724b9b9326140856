/** Identifies clients, for limits per client: by the address of the connection, or the one that a trusted proxy forwards. */
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/** Whether to trust the X-Forwarded-For header of requests from an address. */
export type IsTrustedProxy = (address: string) => boolean;

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Splits a list of addresses and networks (CIDR) at its commas; undefined if an element is neither. */
export const parseNetworks = (text: string): readonly string[] | undefined => {
  const networks = text
    .split(',')
    .map((network) => network.trim())
    .filter((network) => network !== '');
  return networks.every((network) => parseNetwork(network) !== null) ? networks : undefined;
};

export const createTrustedProxyCheck = (networks: readonly string[]): IsTrustedProxy => {
  const parsed = networks.map(parseNetwork).filter((network) => network !== null);
  return (address) => {
    const ip = parseAddress(address);
    return ip !== null && parsed.some(([base, bits]) => ip.kind() === base.kind() && ip.match(base, bits));
  };
};

/** Null if the text is no address or network. Also null for /0: if every address were a trusted proxy, callers could forge theirs. */
const parseNetwork = (text: string): Network | null => {
  const [address = '', bits, rest] = text.split('/');
  const ip = parseAddress(address);
  if (ip === null || rest !== undefined) return null;
  const maxBits = ip.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [ip, maxBits];
  // In an IPv4-mapped IPv6 address the prefix would count from the start of the IPv6 address.
  if (ip.kind() === 'ipv4' && address.includes(':')) return null;
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : 0;
  return prefix >= 1 && prefix <= maxBits ? [ip, prefix] : null;
};

/** Checks the form first: `ipaddr.process` alone accepts `1` and `0x7f.1`. Converts IPv4-mapped IPv6 to IPv4. */
const parseAddress = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | null =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null;

/** IPv6 addresses give their /64, because one machine can use all addresses of its network. Null if it is no address. */
export const clientKeyOfAddress = (address: string): string | null => {
  const ip = parseAddress(address);
  if (ip === null) return null;
  return ip.kind() === 'ipv4' ? ip.toString() : `${(ip as ipaddr.IPv6).parts.slice(0, 4).map(toHex).join(':')}::/64`;
};

const toHex = (part: number): string => part.toString(16);

/** An address, perhaps with a port, which some proxies forward too. */
const ADDRESS_WITH_OPTIONAL_PORT = /^(?:\[([0-9a-f:.]+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/i;

/** Falls back to the proxy's own address if what it forwards is no address. */
export const clientKeyOf = ({ ip, socket }: FastifyRequest): string => {
  const [, v6, v4] = ADDRESS_WITH_OPTIONAL_PORT.exec(ip) ?? [];
  return clientKeyOfAddress(v6 ?? v4 ?? ip) ?? clientKeyOfAddress(socket.remoteAddress ?? '') ?? 'unknown';
};

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

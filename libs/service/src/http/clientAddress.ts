import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';

/** What of a request says where it comes from; handshakes of sockets have it too. */
export interface Asking {
  /** Address of the connection's other end. */
  remoteAddress: string | undefined;
  forwardedFor: string | string[] | undefined;
}

/**
 * What the client of a request is counted under. Each of the `trustedProxies` appends to `X-Forwarded-For` who it was
 * asked by; what stands before the last of these could be anybody's invention. An entry that is no address is passed
 * over for the one of the proxy that wrote it.
 */
export function clientKey({ remoteAddress, forwardedFor }: Asking, trustedProxies: number): string {
  const nearest = [remoteAddress ?? '', ...(trustedProxies === 0 ? [] : forwardedBy(forwardedFor))];
  const believed = nearest.slice(0, trustedProxies + 1).map(bareAddress);
  return addressKey(believed.findLast((address) => address !== undefined));
}

/** The same for a request that Express has: trust is what the app was set up with. */
export function requesterKey(request: IncomingMessage, trustedProxies: number): string {
  const { socket, headers } = request;
  return clientKey({ remoteAddress: socket.remoteAddress, forwardedFor: headers['x-forwarded-for'] }, trustedProxies);
}

/** Entries of the header, the one that was appended last first. */
function forwardedBy(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .toReversed();
}

/**
 * The address in an entry as proxies write it: alone, with a port (`192.0.2.1:4711`, `[2001:db8::1]:4711`), in
 * brackets or quotes, with a zone. Undefined for anything else, such as `unknown`.
 */
export function bareAddress(entry: string): string | undefined {
  const text = entry.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1];
  const withPort = /^([\d.]+):\d{1,5}$/.exec(text)?.[1];
  const address = (bracketed ?? withPort ?? text).split('%')[0]!;
  return isIP(address) === 0 ? undefined : address;
}

/**
 * What a client's address is counted under: IPv4 as it is, IPv6 by its /64, since one subscriber has at least that many
 * addresses. Mapped addresses (`::ffff:192.0.2.1`, however written) are IPv4.
 */
export function addressKey(address: string | undefined): string {
  const bare = address === undefined ? undefined : bareAddress(address);
  if (bare === undefined) return 'unknown';
  if (isIPv4(bare)) return bare;
  const all = groups(bare);
  const mapped = all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff;
  if (mapped) return [all[6]! >> 8, all[6]! & 255, all[7]! >> 8, all[7]! & 255].join('.');
  const network = all.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The eight groups of a valid IPv6 address. */
function groups(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const before = numbers(head);
  const after = tail === undefined ? [] : numbers(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** An IPv4 tail counts for two groups. */
function numbers(part: string): number[] {
  return part === ''
    ? []
    : part.split(':').flatMap((group) => (group.includes('.') ? pair(group) : [parseInt(group, 16)]));
}

function pair(address: string): [number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

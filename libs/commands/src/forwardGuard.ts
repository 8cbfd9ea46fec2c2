import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Keeps forwarded commands, which carry actors, within the operator's own network. */
export interface ForwardGuard {
  /** False for anything but plain HTTP(S), and for a literal address outside the ranges. */
  allows(url: string): boolean;
  /** Resolves a name for a connection; fails when an address it stands for is outside the ranges. */
  lookup(hostname: string, options: LookupOptions, callback: LookupCallback): void;
}

/** Takes ranges such as `10.0.0.0/8` or `fd00::/8`. Throws on a malformed one. */
export function createForwardGuard(ranges: readonly string[]): ForwardGuard {
  const allowed = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address);
    if (family === 0) throw new TypeError(`not an address range: ${range}`);
    allowed.addSubnet(address, Number(prefix ?? (family === 6 ? 128 : 32)), family === 6 ? 'ipv6' : 'ipv4');
  }
  const isAllowed = (address: string): boolean => allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return {
    allows(url) {
      const { protocol, hostname } = new URL(url);
      const host = hostname.replace(/^\[|\]$/g, '');
      if (protocol !== 'http:' && protocol !== 'https:') return false;
      return isIP(host) === 0 || isAllowed(host);
    },
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, []);
        const outside = addresses.find(({ address }) => !isAllowed(address));
        const [first] = addresses;
        if (outside || !first) return callback(new Error(`${hostname} is outside the allowed ranges`), []);
        if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    },
  };
}

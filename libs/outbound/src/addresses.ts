import { BlockList, isIP } from 'node:net';

/** Tells whether a connection to an address may be made. */
export interface AddressGuard {
  /** `address` is a literal IPv4 or IPv6 address, without brackets. Anything else is refused. */
  allows(address: string): boolean;
}

/**
 * IPv4 ranges that are not the public internet (IANA's registry of special-purpose addresses), and the address at which
 * one large cloud answers its machines from a public range.
 */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** All of IPv6 that is the public internet; what maps or translates IPv4 (::ffff:0:0/96, 64:ff9b::/96) lies outside. */
const PUBLIC_V6 = ['2000::/3'];
/** In it: protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/**
 * Allows the public internet and `allowedRanges` (addresses or CIDR ranges that an operator opens). Throws a
 * `RangeError` that names the range which is none.
 */
export function createAddressGuard(allowedRanges: readonly string[] = []): AddressGuard {
  const opened = listOf(allowedRanges);
  const special = listOf([...SPECIAL_V4, ...SPECIAL_V6]);
  const publicV6 = listOf(PUBLIC_V6);
  return {
    allows(address) {
      const version = isIP(address);
      // An address with a zone names an interface of this machine.
      if (version === 0 || address.includes('%')) return false;
      const family = version === 4 ? 'ipv4' : 'ipv6';
      if (opened.check(address, family)) return true;
      return !special.check(address, family) && (version === 4 || publicV6.check(address, family));
    },
  };
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) add(list, range);
  return list;
}

function add(list: BlockList, range: string): void {
  const [address = '', prefix, ...rest] = range.split('/');
  const version = isIP(address);
  const bits = bitsOf(prefix, version);
  if (version === 0 || address.includes('%') || rest.length > 0 || bits === null)
    throw new RangeError(`${JSON.stringify(range)} is no address and no range of addresses such as 10.1.0.0/16`);
  list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
}

/** A range without a prefix is one address. */
function bitsOf(prefix: string | undefined, version: number): number | null {
  const longest = version === 4 ? 32 : 128;
  if (prefix === undefined) return longest;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest ? Number(prefix) : null;
}

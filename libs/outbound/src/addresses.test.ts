import { createAddressGuard } from './addresses';

const REFUSED = [
  ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '168.63.129.16'],
  ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.1.1'],
  ...['198.18.0.1', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.1.2.3', '240.0.0.1', '255.255.255.255'],
  // Loopback, unspecified, unique local, link-local, site-local, multicast, one cloud's metadata.
  ...['::1', '::', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1'],
  // IPv4 in IPv6: mapped, compatible, translated, NAT64 with either prefix, 6to4, Teredo.
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '::ffff:0:10.0.0.1', '::ffff:8.8.8.8'],
  ...['64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1', '2002:7f00:1::', '2001:0:7f00:1::1'],
  ...['100::1', '2001:db8::1', '3fff::1', '5f00::1'],
  // No addresses at all.
  ...['', 'localhost', '1', '127.1', '0x7f000001', '127.0.0.1:80', '[::1]', ' 8.8.8.8'],
];

const ALLOWED = ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '223.255.255.254'];
const ALLOWED_V6 = ['2606:4700:4700::1111', '2a00:1450::1', '2001:4860:4860::8888'];

test.each(REFUSED)('refuses %j', (address) => expect(createAddressGuard().allows(address)).toBe(false));
test.each([...ALLOWED, ...ALLOWED_V6])('allows %s', (address) =>
  expect(createAddressGuard().allows(address)).toBe(true),
);

test('opens what an operator names, and nothing beside it', () => {
  const guard = createAddressGuard(['10.1.0.0/16', '127.0.0.2', 'fd12::/32']);
  for (const address of ['10.1.255.255', '127.0.0.2', 'fd12:0:1::1']) expect(guard.allows(address)).toBe(true);
  for (const address of ['10.2.0.0', '127.0.0.1', 'fd13::1', '::ffff:127.0.0.1'])
    expect(guard.allows(address)).toBe(false);
});

test.each(['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', 'internal', '', '::1%lo'])(
  'does not take %j for a range',
  (range) => expect(() => createAddressGuard([range])).toThrow(RangeError),
);

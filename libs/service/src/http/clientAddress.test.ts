import fc from 'fast-check';
import { addressKey, bareAddress, clientKey } from './clientAddress';

describe('addressKey', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:51234', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['[::FFFF:192.0.2.1]:443', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['"[2001:db8:1:2::1]:4711"', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['[fe80::1%25eth0]:80', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['unknown', 'unknown'],
    ['_hidden', 'unknown'],
    ['192.0.2.1:x', 'unknown'],
    ['192.0.2.256', 'unknown'],
    ['192.0.2.01', 'unknown'],
    ['1.2.3.4, 5.6.7.8', 'unknown'],
    ['x'.repeat(10_000), 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('counts %s under %s', (address, expected) => expect(addressKey(address)).toBe(expected));

  it('is the same however an address is written, and short for whatever it is given', () => {
    const v6 = fc.ipV6().filter((address) => bareAddress(address) !== undefined);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), v6), fc.integer({ min: 0, max: 65_535 }), (address, port) => {
        const inBrackets = address.includes(':') ? `[${address}]` : address;
        const key = addressKey(address);
        for (const form of [
          inBrackets,
          `${inBrackets}:${port}`,
          ` ${address.toUpperCase()} `,
          `"${inBrackets}:${port}"`,
        ])
          expect(addressKey(form)).toBe(key);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => addressKey(text).length < 32));
  });
});

describe('clientKey', () => {
  const asking = (forwardedFor?: string | string[]) => ({ remoteAddress: '10.0.0.1', forwardedFor });

  it.each([
    ['nobody', 0, '203.0.113.9', '10.0.0.1'],
    ['one proxy', 1, '203.0.113.9', '203.0.113.9'],
    ['one proxy that appends ports', 1, '6.6.6.6, 203.0.113.9:51111', '203.0.113.9'],
    ['one proxy, of two', 1, '203.0.113.9, 10.0.0.2', '10.0.0.2'],
    ['two proxies', 2, '6.6.6.6, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['more proxies than wrote', 5, '203.0.113.9', '203.0.113.9'],
    ['a proxy that knows no address', 1, 'unknown', '10.0.0.1'],
    ['a proxy that knows no address, behind another', 2, 'unknown, 10.0.0.2', '10.0.0.2'],
    ['a proxy that wrote nothing', 1, undefined, '10.0.0.1'],
    ['a proxy that wrote blanks', 1, ' , ', '10.0.0.1'],
    ['headers that came twice', 2, ['203.0.113.9', '10.0.0.2'], '203.0.113.9'],
  ])('believes %s', (_who, proxies, header, expected) => {
    expect(clientKey(asking(header), proxies)).toBe(expected);
  });
});

import fc from 'fast-check';
import { createAddressGuard } from './addresses';
import { checkUrl, MAX_URL_LENGTH } from './url';

const rules = { guard: createAddressGuard(), allowHttp: false };
const problemOf = (url: string, allowHttp = false) => {
  const checked = checkUrl(url, { ...rules, allowHttp });
  return 'problem' in checked ? checked.problem : null;
};

test.each([
  ['https://hooks.example.com/chat?x=1#part', null],
  ['https://hooks.example.com:443/', null],
  ['https://hooks.example.com:80/', null],
  ['https://hooks.example.com:8443/', null],
  ['https://8.8.8.8/', null],
  ['https://bücher.example/', null],
  ['http://hooks.example.com/', 'scheme'],
  ['ftp://hooks.example.com/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['javascript:alert(1)', 'scheme'],
  ['hooks.example.com', 'malformed'],
  ['https://', 'malformed'],
  ['https://a b.example/', 'malformed'],
  ['https://hooks.example.com:99999/', 'malformed'],
  ['https://me:secret@hooks.example.com/', 'user_info'],
  ['https://me@hooks.example.com/', 'user_info'],
  ['https://hooks.example.com:22/', 'port'],
  ['https://hooks.example.com:1023/', 'port'],
  ['https://hooks.example.com:0/', 'port'],
  ['https://localhost/', 'host'],
  ['https://localhost./', 'host'],
  ['https://kafka:9092/', 'host'],
  ['https://127.0.0.1/', 'address'],
  ['https://127.1/', 'address'],
  ['https://0x7f000001/', 'address'],
  ['https://2130706433/', 'address'],
  ['https://0177.0.0.1/', 'address'],
  ['https://127.0.0.1./', 'address'],
  ['https://①②⑦.0.0.1/', 'address'],
  ['https://[::1]/', 'address'],
  ['https://[::ffff:169.254.169.254]/', 'address'],
  ['https://[64:ff9b::a00:1]/', 'address'],
  [`https://hooks.example.com/${'x'.repeat(MAX_URL_LENGTH)}`, 'too_long'],
])('%s is %s', (url, problem) => expect(problemOf(url)).toBe(problem));

test('takes http where an operator allows it, with the same rules', () => {
  expect(problemOf('http://hooks.example.com/', true)).toBeNull();
  expect(problemOf('http://127.0.0.1/', true)).toBe('address');
});

test('no way to write a loopback address gets through', () => {
  const forms = fc
    .tuple(fc.integer({ min: 0x7f000000, max: 0x7fffffff }), fc.constantFrom(...WRITTEN))
    .map(([n, write]) => write(n));
  fc.assert(fc.property(forms, (host) => problemOf(`https://${host}/`) === 'address'));
});

const bytes = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const WRITTEN: ((n: number) => string)[] = [
  (n) => String(n),
  (n) => `0x${n.toString(16)}`,
  (n) => `0${n.toString(8)}`,
  (n) => bytes(n).join('.'),
  (n) =>
    bytes(n)
      .map((byte) => `0x${byte.toString(16)}`)
      .join('.'),
  (n) =>
    bytes(n)
      .map((byte) => `0${byte.toString(8)}`)
      .join('.'),
  (n) => `${n >>> 24}.${n & 0xffffff}`,
  (n) => bytes(n).join('%2E'),
  (n) => bytes(n).join('。'),
  (n) => `[::ffff:${bytes(n).join('.')}]`,
];

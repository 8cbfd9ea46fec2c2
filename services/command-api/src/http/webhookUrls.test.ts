import { LIMITS, type ProblemError } from '@threadlog/events';
import { MAX_URL_LENGTH } from '@threadlog/outbound';
import { createWebhookUrls } from './webhookUrls';

const urlOf = createWebhookUrls({ allowHttp: false, allowedRanges: [] });

function whyNot(text: string, check = urlOf): string | undefined {
  try {
    return `taken: ${check(text)}`;
  } catch (error) {
    const { problem } = error as ProblemError;
    expect(problem).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/url' }] });
    return problem.errors?.[0]?.code;
  }
}

test.each([
  ['http://example.com/hook', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['https://user:secret@example.com/', 'user_info'],
  ['https://example.com:22/', 'port'],
  ['https://intranet/hook', 'host'],
  ['https://localhost/hook', 'host'],
  ['https://127.0.0.1/hook', 'address'],
  ['https://0x7f.1/hook', 'address'],
  ['https://2130706433/hook', 'address'],
  ['https://169.254.169.254/latest/meta-data', 'address'],
  ['https://[::1]/', 'address'],
  ['https://[::ffff:10.0.0.1]/', 'address'],
  ['https://[64:ff9b::a00:1]/', 'address'],
  ['/hook', 'malformed'],
  ['', 'malformed'],
  ['https://exa mple.com/', 'malformed'],
  [`https://example.com/${'a'.repeat(MAX_URL_LENGTH)}`, 'too_long'],
  [`https://example.com/${'é'.repeat(MAX_URL_LENGTH / 2)}`, 'too_long'],
])('nothing is sent to %s', (text, code) => expect(whyNot(text)).toBe(code));

test('what is taken has one spelling', () => {
  expect(urlOf(' HTTPS://Example.COM:443/a/../hook?x=1 ')).toBe('https://example.com/hook?x=1');
  expect(urlOf('https://bücher.example/')).toBe('https://xn--bcher-kva.example/');
});

test('an operator opens http, and addresses of its own', () => {
  const opened = createWebhookUrls({ allowHttp: true, allowedRanges: ['127.0.0.0/8'] });
  expect(opened('http://127.0.0.1:8080/hook')).toBe('http://127.0.0.1:8080/hook');
  expect(whyNot('http://10.0.0.1/hook', opened)).toBe('address');
  expect(() => createWebhookUrls({ allowHttp: false, allowedRanges: ['everything'] })).toThrow(/everything/);
});

test('the command takes as long a URL as the outgoing client', () => {
  expect(LIMITS.webhookUrlCharacters).toBe(MAX_URL_LENGTH);
});

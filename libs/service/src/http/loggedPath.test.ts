import fc from 'fast-check';
import { loggedPath } from './loggedPath';

const TOKEN = 'WyJhY21lIiwici0xIiwxNzk1OTkwNDAwLCJvbGdhIl0.8Zs0aYt3mJvQ0Xh2b7yqkT1fGm4uPcVwRe5LdNn6Bo8';
const unmatched = { route: undefined, params: undefined };

describe('the path of a request in logs', () => {
  it.each([
    ['/api/v1/threads/{threadId}/messages', { threadId: 't-1' }, '/api/v1/threads/t-1/messages'],
    ['/api/x/{messageId}/reactions/{emoji}', { messageId: 'm', emoji: '👍' }, '/api/x/m/reactions/%F0%9F%91%8D'],
    ['/api/v1/privacy/downloads/{token}', { token: TOKEN }, '/api/v1/privacy/downloads/{token}'],
    ['/a/{key}/{ticket}/{idToken}', { key: TOKEN, ticket: TOKEN, idToken: TOKEN }, '/a/{key}/{ticket}/{idToken}'],
    ['/a/{threadId}', { threadId: 'x'.repeat(201) }, '/a/{threadId}'],
    ['/a/{threadId}', { threadId: 'a/b\n\ud83d' }, '/a/a%2Fb%0A%EF%BF%BD'],
    ['/api/v1/threads', {}, '/api/v1/threads'],
  ])('of the route %s names ids only', (route, params, path) => {
    expect(loggedPath({ route, params }, `/whatever/${TOKEN}?token=${TOKEN}`)).toBe(path);
  });

  it.each([
    [`/api/v1/privacy/downloads/${TOKEN}`, '/api/v1/privacy/downloads/*'],
    [`/api/v1/privacy/downloads/${TOKEN}/`, '/api/v1/privacy/downloads/*/'],
    [`/API/v1/Privacy/DOWNLOADS/${TOKEN}`, '/API/v1/Privacy/DOWNLOADS/*'],
    [`//api//v1/privacy/downloads/${TOKEN}`, '//api//v1/privacy/downloads/*'],
    [`/api/v1/privacy/%64ownloads/${TOKEN}`, '/api/v1/privacy/*/*'],
    [`/api/v1/privacy/downloads/%57${TOKEN.slice(1)}`, '/api/v1/privacy/downloads/*'],
    [`/api/v1/privacy/downloads;${TOKEN}`, '/api/v1/privacy/downloads'],
    [`/api/v1/privacy/downloads?${TOKEN}`, '/api/v1/privacy/downloads'],
    [`/api/v1/privacy/downloads#${TOKEN}`, '/api/v1/privacy/downloads'],
    [`http://edge/api/v1/privacy/downloads/${TOKEN}`, '*//edge/api/v1/privacy/downloads/*'],
    [`/metrics`, '/metrics'],
    [`/wp-login.php`, '/wp-login.php'],
    ['/a'.repeat(20), `${'/a'.repeat(11)}/*`],
    ['', ''],
  ])('%s, which is no route, shows words only', (url, path) => {
    expect(loggedPath(unmatched, url)).toBe(path);
  });

  it('has no secret in it, wherever one stands', () => {
    const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'), minLength: 25, maxLength: 60 });
    const segment = fc.constantFrom('api', 'v1', 'Downloads', '', '..', '%2e', 'a;b', 'a=b');
    fc.assert(
      fc.property(
        secret,
        fc.array(segment),
        fc.array(segment),
        fc.constantFrom('/', '?', '#', ';', '%2f', '\\', '.'),
        (hidden, before, after, mark) => {
          const url = `/${before.join('/')}${mark}${hidden}/${after.join('/')}`;
          expect(loggedPath(unmatched, url)).not.toContain(hidden.slice(0, 25));
        },
      ),
    );
  });
});

import { createForwardSigner } from './forward';
import { internalSecretVerifier } from './secret';

describe('the internal secret', () => {
  const accepts = internalSecretVerifier(['new secret', 'old secret']);
  test.each([
    ['new secret', true],
    ['old secret', true],
    ['new secre', false],
    ['new secret ', false],
    ['', false],
    [undefined, false],
  ])('given %j, when presented, then the answer is %s', (presented, expected) => {
    expect(accepts(presented)).toBe(expected);
  });

  test('given no secret is configured, when anything is presented, then it is refused', () => {
    const none = internalSecretVerifier([]);
    expect([none(''), none('x'), none(undefined)]).toEqual([false, false, false]);
  });
});

describe('forwarding between instances', () => {
  const NOW = Date.UTC(2026, 10, 21);
  const request = { method: 'POST', path: '/internal/commands?wait=1', body: '{"text":"Grüße"}' };
  const signerAt = (time: number, ...secrets: string[]) =>
    createForwardSigner(
      secrets.map((text) => () => text),
      () => time,
    );
  const signed = signerAt(NOW, 'a').signForward(request);

  test('given a signed request, when verified within half a minute, then it counts, as text or as bytes', () => {
    const bytes = { ...request, body: Buffer.from(request.body) };
    for (const time of [NOW, NOW + 30_000, NOW - 30_000]) {
      expect(signerAt(time, 'a').verifyForward(request, signed)).toBe(true);
      expect(signerAt(time, 'a').verifyForward(bytes, signed)).toBe(true);
    }
  });

  test('given a rotation, when one of two secrets signed, then it counts, and the first signs', () => {
    expect(signerAt(NOW, 'b', 'a').verifyForward(request, signed)).toBe(true);
    expect(signerAt(NOW, 'a').verifyForward(request, signerAt(NOW, 'b', 'a').signForward(request))).toBe(false);
  });

  const [version, time, mac] = signed.split('.') as [string, string, string];
  test.each<[string, object, string | undefined, number?]>([
    ['another method', { method: 'PUT' }, signed],
    ['another path', { path: '/internal/commands?wait=2' }, signed],
    ['another body', { body: '{"text":"Gruesse"}' }, signed],
    ['a byte moved from path to body', { path: '/internal/commands?wait=', body: `1${request.body}` }, signed],
    ['a time gone by', {}, signed, NOW + 30_001],
    ['a time to come', {}, signed, NOW - 30_001],
    ['a changed time', {}, `${version}.${Number(time) + 1}.${mac}`],
    ['a cut signature', {}, signed.slice(0, -1)],
    ['another version', {}, `v2.${time}.${mac}`],
    ['no signature', {}, undefined],
    ['nothing', {}, ''],
  ])('given %s, when verified, then it does not count', (_, change, signature, now = NOW) => {
    expect(signerAt(now, 'a').verifyForward({ ...request, ...change }, signature)).toBe(false);
  });

  test('given another secret, when verified, then it does not count; without any, there is no signer', () => {
    expect(signerAt(NOW, 'c').verifyForward(request, signed)).toBe(false);
    expect(() => createForwardSigner([], Date.now)).toThrow(TypeError);
  });
});

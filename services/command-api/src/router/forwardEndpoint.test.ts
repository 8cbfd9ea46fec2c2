import { createForwardSigner, FORWARD_SIGNATURE_HEADER } from '@threadlog/auth';
import { FORWARD_PATH } from '@threadlog/commands';
import { GARBAGE_TOKENS, serveTestApi, type TestApi } from '@threadlog/testing';
import { createHmac } from 'node:crypto';
import { forwardEndpoint } from './forwardEndpoint';

const signer = createForwardSigner([() => 'a cluster secret that is long enough for it']);
const router = {
  execute: (request: unknown) => Promise.reject(new Error(`reached with ${JSON.stringify(request)}`)),
  executeHere: (request: unknown) => Promise.reject(new Error(`reached with ${JSON.stringify(request)}`)),
};

describe('the endpoint of forwarded commands', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await serveTestApi([forwardEndpoint(router, signer)]);
  });
  afterAll(() => api.close());

  const send = (body: string | Buffer | undefined, headers: Record<string, string>) =>
    fetch(`${api.url}${FORWARD_PATH}`, { method: 'POST', headers, body: body as string });
  const fresh = (body: string | Buffer) => signer.signForward({ method: 'POST', path: FORWARD_PATH, body });
  /** Well-formed, of now, and by somebody who has no secret. */
  const forged = `v1.${Date.now()}.${createHmac('sha256', 'x').update('x').digest('base64url')}`;

  test.each([
    ['no signature', {}],
    ['a forged signature', { [FORWARD_SIGNATURE_HEADER]: forged }],
    ['the signature of another body', { [FORWARD_SIGNATURE_HEADER]: fresh('{"a":1}') }],
    ['an empty signature', { [FORWARD_SIGNATURE_HEADER]: '' }],
    [
      'bytes that are not as compressed as they say',
      { 'content-encoding': 'gzip', [FORWARD_SIGNATURE_HEADER]: forged },
    ],
  ])('refuses whatever body comes with %s', async (_what, headers) => {
    const bodies = [undefined, '', 'null', '{}', Buffer.from([0xff, 0]), '['.repeat(10_000)];
    for (const body of bodies) expect([400, 401]).toContain((await send(body, headers)).status);
  });

  test('refuses garbage as signature', async () => {
    for (const [name, token] of GARBAGE_TOKENS.filter(([, value]) => value.length < 15_000)) {
      const { status } = await send('{}', { [FORWARD_SIGNATURE_HEADER]: token });
      expect([name, status]).toEqual([name, 401]);
    }
  });

  test.each([
    'null',
    '7',
    '[]',
    '{}',
    '{"request":null}',
    '{"request":{"command":null}}',
    '{"request":{"command":{"type":null}}}',
    '{"request":{"command":{"type":"toString","input":{}}}}',
    '{"request":{"command":{"type":"message.post"}}}',
    '{"request"',
    '\ud83d',
  ])('refuses %s though it is signed', async (text) => {
    const { status } = await send(text, { [FORWARD_SIGNATURE_HEADER]: fresh(Buffer.from(text)) });
    expect(status).toBe(400);
  });
});

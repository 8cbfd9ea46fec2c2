import { createForwardSigner, FORWARD_SIGNATURE_HEADER } from '@threadlog/auth';
import { FORWARD_PATH, type CommandRequest } from '@threadlog/commands';
import { GARBAGE_TOKENS, serveTestApi, type TestApi } from '@threadlog/testing';
import { createHmac } from 'node:crypto';
import { forwardEndpoint } from './forwardEndpoint';

const signer = createForwardSigner([() => 'a cluster secret that is long enough for it'], Date.now);
const executed: CommandRequest[] = [];
const router = {
  execute: (request: unknown) => Promise.reject(new Error(`reached with ${JSON.stringify(request)}`)),
  executeHere(request: CommandRequest) {
    executed.push(request);
    return Promise.resolve({ ok: false as const, problem: { code: 'not_found' as const, detail: 'It is not there.' } });
  },
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

  const signed = (text: string) => send(text, { [FORWARD_SIGNATURE_HEADER]: fresh(text) });

  test.each([
    ['half a surrogate pair', '{"type":"reaction.add","input":{"threadId":"t","messageId":"m","emoji":"\\ud83d"}}'],
    [
      'a time that no store keeps',
      '{"type":"thread.preferences","input":{"threadId":"t","mutedUntil":"9999-12-31T23:59:59-01:00"}}',
    ],
    [
      'a name for a prototype',
      '{"type":"message.post","input":{"threadId":"t","content":"x","metadata":{"__proto__":{}}}}',
    ],
  ])('tells the sender that a command with %s was refused, which is no unknown outcome', async (_what, command) => {
    const response = await signed(`{"request":{"command":${command}},"directGeneration":0,"as":"owner"}`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { result: { ok: false, problem: expect.objectContaining({ code: 'invalid_request' }) } },
    ]);
  });

  test.each([
    ['thread.scrub', { threadId: '..', messageIds: ['..', '.'], reason: 'privacy' }],
    ['thread.scrub', { threadId: '.~sub', messageIds: ['m'], reason: 'retention' }],
    ['thread.scrubSettings', { threadId: '..', authorId: '.' }],
    ['thread.erase', { threadId: '.', reason: 'privacy' }],
    ['user.remove', { userId: '..' }],
  ])('brings %s on, with ids that only former builds gave', async (type, input) => {
    executed.length = 0;
    const command = { type, input };
    const response = await signed(JSON.stringify({ request: { command }, directGeneration: 0, as: 'owner' }));
    expect([response.status, executed]).toEqual([200, [expect.objectContaining({ command })]]);
  });

  test('does not parse what is nested without an end, or holds values without one', async () => {
    const around = (input: string) => `{"request":{"command":{"type":"message.post","input":${input}}}}`;
    for (const input of [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, `[${'0,'.repeat(100_000)}0]`]) {
      const response = await signed(around(input));
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ detail: expect.stringMatching(/at most/) }),
      ]);
    }
  });
});

import { createPrivateKey, createPublicKey, sign, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import {
  verifyWebhook,
  WebhookBodyError,
  WebhookHeadersError,
  WebhookSignatureError,
  WebhookTimestampError,
  WebhookVerificationError,
  type VerifyWebhookOptions,
} from './index.ts';

interface Vector {
  what: string;
  secrets: string[];
  ed25519Seed?: string;
  attemptedAt: string;
  event: { id: string; name: string; timestamp: string; tenantId: string; seq: number; data: object };
  body: string;
  headers: Record<string, string>;
}
const vectors = JSON.parse(
  readFileSync(join(__dirname, '../../../../schemas/webhooks/vectors.json'), 'utf8'),
) as Vector[];

const NOW = 1_768_473_001;
const now = () => NOW * 1_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const BODY = JSON.stringify({ event: 'message.created', timestamp: 't', tenantId: 'acme', seq: 7, data: { a: 'ü👋' } });

/** An Ed25519 key of a seed, as PKCS #8 has it. */
function keyOf(seed: Buffer) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key);
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  return { key, raw, pem: publicKey.export({ format: 'pem', type: 'spki' }) as string };
}
const ours = keyOf(Buffer.alloc(32, 4));

function delivery(more: Partial<VerifyWebhookOptions> = {}, at = NOW, secret = SECRET): VerifyWebhookOptions {
  const id = '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10';
  const signature = new Webhook(secret).sign(id, new Date(at * 1_000), BODY);
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signature };
  return { body: BODY, headers, secret: SECRET, now, ...more };
}
const headersOf = (more: object, at = NOW): VerifyWebhookOptions['headers'] => ({
  ...(delivery({}, at).headers as object),
  ...more,
});

describe.each(vectors)('the published vector: $what', ({ secrets, attemptedAt, event, body, headers }) => {
  const at = () => Date.parse(attemptedAt);
  const { name, ...rest } = event;

  it.each(secrets)('is verified by %s', async (secret) => {
    const expected = { ...rest, event: name, attemptedAt: new Date(Math.floor(at() / 1_000) * 1_000) };
    expect(await verifyWebhook({ body, headers, secret, now: at })).toEqual(expected);
    expect(await verifyWebhook({ body: Buffer.from(body), headers: new Headers(headers), secret, now: at })).toEqual(
      expected,
    );
  });

  it('is not verified by another secret or key, nor with anything changed', async () => {
    const given = { body, headers, secret: secrets, now: at };
    await expect(verifyWebhook({ ...given, secret: OTHER.slice(0, -6) })).rejects.toThrow(WebhookSignatureError);
    await expect(
      verifyWebhook({
        ...given,
        publicKey: ours.pem,
        secret: undefined,
        headers: { ...headers, 'webhook-signature': 'v1a,AAAA' },
      }),
    ).rejects.toThrow(WebhookSignatureError);
    await expect(verifyWebhook({ ...given, body: `${body} ` })).rejects.toThrow(WebhookSignatureError);
    for (const changed of [{ 'webhook-id': 'another' }, { 'webhook-timestamp': String(Math.floor(at() / 1_000) + 1) }])
      await expect(verifyWebhook({ ...given, headers: { ...headers, ...changed } })).rejects.toThrow(
        WebhookSignatureError,
      );
  });
});

it('the public half of a key verifies the vectors that are signed with one', async () => {
  const signed = vectors.filter(({ ed25519Seed }) => ed25519Seed !== undefined);
  expect(signed.length).toBeGreaterThan(0);
  for (const { ed25519Seed, attemptedAt, event, body, headers } of signed) {
    const { pem, raw } = keyOf(Buffer.from(ed25519Seed!, 'base64'));
    const given = { body, headers, now: () => Date.parse(attemptedAt) };
    for (const publicKey of [pem, raw, `whpk_${raw}`, [ours.pem, pem]])
      expect(await verifyWebhook({ ...given, publicKey })).toMatchObject({ id: event.id });
    await expect(verifyWebhook({ ...given, publicKey: ours.raw })).rejects.toThrow(WebhookSignatureError);
  }
});

describe('rotation', () => {
  it('is verified by either secret, whichever of the two each side has', async () => {
    const both = `${signatureOf(delivery())} ${signatureOf(delivery({}, NOW, OTHER))}`;
    for (const secret of [SECRET, OTHER, [SECRET, OTHER]])
      expect(
        await verifyWebhook(delivery({ secret, headers: headersOf({ 'webhook-signature': both }) })),
      ).toBeDefined();
    expect(await verifyWebhook(delivery({ secret: [OTHER, SECRET] }))).toBeDefined();
    await expect(verifyWebhook(delivery({ secret: OTHER }))).rejects.toThrow(WebhookSignatureError);
  });

  it('looks at a bounded number of signatures', async () => {
    const many = `${'v1,AAAA '.repeat(10_000)}${signatureOf(delivery())}`;
    await expect(verifyWebhook(delivery({ headers: headersOf({ 'webhook-signature': many }) }))).rejects.toThrow(
      WebhookSignatureError,
    );
  });
});

/** Another last letter that stands for the same bytes. */
function nextTo([letter]: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `${letters[letters.indexOf(letter!) ^ 1]}=`;
}

function signatureOf({ headers }: VerifyWebhookOptions): string {
  return (headers as Record<string, string>)['webhook-signature']!;
}

describe('age', () => {
  it.each([
    [-300, undefined],
    [300, undefined],
    [-301, 'too_old'],
    [301, 'too_new'],
  ])('of a delivery %i s from now: %s', async (seconds, code) => {
    const told = await verifyWebhook(delivery({}, NOW + seconds)).catch((error: unknown) => error);
    expect((told as WebhookTimestampError).code).toBe(code);
    if (code) expect(told).toBeInstanceOf(WebhookTimestampError);
  });

  it('is as old as is tolerated', async () => {
    await expect(verifyWebhook(delivery({ toleranceSeconds: 5 }, NOW - 6))).rejects.toThrow(WebhookTimestampError);
    expect(await verifyWebhook(delivery({ toleranceSeconds: 3_600 }, NOW - 3_000))).toBeDefined();
  });

  it.each([Number.NaN, Infinity, 0, -1, '300s'])('is never tolerated for %p seconds', async (toleranceSeconds) => {
    await expect(verifyWebhook(delivery({ toleranceSeconds: toleranceSeconds as number }))).rejects.toThrow(TypeError);
  });
});

describe('headers', () => {
  it.each([
    [{ 'webhook-id': undefined }],
    [{ 'webhook-timestamp': undefined }],
    [{ 'webhook-signature': undefined }],
    [{ 'webhook-id': '' }],
    [{ 'webhook-id': 'a.1768473001' }],
    [{ 'webhook-id': 'a\nb' }],
    [{ 'webhook-timestamp': `${NOW}abc` }],
    [{ 'webhook-timestamp': ` ${NOW}` }],
    [{ 'webhook-timestamp': `-${NOW}` }],
    [{ 'webhook-timestamp': '1e9' }],
    [{ 'webhook-timestamp': [String(NOW), String(NOW)] }],
    [{ 'Webhook-Timestamp': '1' }],
  ])('%j are refused', async (more) => {
    await expect(verifyWebhook(delivery({ headers: headersOf(more) }))).rejects.toThrow(WebhookHeadersError);
  });

  it('are read in any case, and from what Fetch has', async () => {
    const { headers } = delivery();
    const loud = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value as string]),
    );
    expect(await verifyWebhook(delivery({ headers: loud }))).toBeDefined();
    expect(await verifyWebhook(delivery({ headers: new Headers(loud) }))).toBeDefined();
  });

  it.each(['', 'v1', 'v1,', 'v1,nonsense!', 'v2,AAAA', 'v1a,AAAA', ',', 'constructor,AAAA'])(
    'the signature %p is none',
    async (signature) => {
      const told = verifyWebhook(delivery({ headers: headersOf({ 'webhook-signature': signature }) }));
      await expect(told).rejects.toThrow(WebhookVerificationError);
    },
  );

  it('a signature has one spelling', async () => {
    const signature = signatureOf(delivery());
    const others = [signature.slice(0, -1), `${signature}=`, signature.replace(/.=$/, (end) => nextTo(end))];
    for (const other of others) {
      const told = verifyWebhook(delivery({ headers: headersOf({ 'webhook-signature': other }) }));
      await expect(told).rejects.toThrow(WebhookSignatureError);
    }
  });

  it('a signature of one kind is none of the other', async () => {
    const signature = signatureOf(delivery()).replace('v1,', 'v1a,');
    const headers = headersOf({ 'webhook-signature': signature });
    await expect(verifyWebhook(delivery({ headers, publicKey: ours.pem }))).rejects.toThrow(WebhookSignatureError);
  });
});

it.each([
  [{ secret: undefined }],
  [{ secret: [] }],
  [{ secret: '' }],
  [{ secret: null }],
  [{ secret: [SECRET, undefined] }],
  [{ secret: 'whsec_' }],
  [{ secret: 'whsec_no base64!' }],
  [{ publicKey: '' }],
  [{ publicKey: 'AAAA' }],
  [{ publicKey: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' }],
  [{ publicKey: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' }],
  [{ body: JSON.parse(BODY) as object }],
  [{ body: null }],
])('is not told what to trust, or what came: %j', async (more) => {
  await expect(verifyWebhook(delivery(more as Partial<VerifyWebhookOptions>))).rejects.toThrow(TypeError);
});

it.each(['null', '[]', '{}', '"x"', '{', '{"event":1,"timestamp":"t","data":{}}', '{"event":"e","timestamp":"t"}'])(
  'a genuine body that is no event: %s',
  async (body) => {
    const { headers } = delivery();
    const { 'webhook-id': id } = headers as { 'webhook-id': string };
    const signature = new Webhook(SECRET).sign(id, new Date(now()), body);
    const told = verifyWebhook(delivery({ body, headers: headersOf({ 'webhook-signature': signature }) }));
    await expect(told).rejects.toThrow(WebhookBodyError);
  },
);

it('does not take bytes for a text that they are not', async () => {
  const body = Buffer.concat([
    Buffer.from('{"event":"e","timestamp":"t","data":{"a":"'),
    Buffer.from([0xff]),
    Buffer.from('"}}'),
  ]);
  const { 'webhook-id': id } = delivery().headers as { 'webhook-id': string };
  const signature = `v1a,${sign(null, Buffer.concat([Buffer.from(`${id}.${NOW}.`), body]), ours.key).toString('base64')}`;
  const given = delivery({ body, headers: headersOf({ 'webhook-signature': signature }), publicKey: ours.pem });
  await expect(verifyWebhook(given)).rejects.toThrow(WebhookBodyError);
});

it('takes nothing that the library of Standard Webhooks refuses, whatever is changed', async () => {
  const clock = Math.floor(Date.now() / 1_000);
  const part = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'body');
  const text = fc.oneof(fc.constant(''), fc.string(), fc.constantFrom('v1,', ' ', '.', `${clock}`, '0'));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(part, fc.nat(), fc.nat(3), text), { maxLength: 2 }), async (changes) => {
      const given = delivery({}, clock);
      const parts: Record<string, string> = { ...(given.headers as Record<string, string>), body: BODY };
      for (const [name, at, cut, put] of changes) {
        const index = at % (parts[name]!.length + 1);
        parts[name] = parts[name]!.slice(0, index) + put + parts[name]!.slice(index + cut);
      }
      const { body, ...headers } = parts as { body: string };
      const theirs = await Promise.resolve()
        .then(() => new Webhook(SECRET).verify(body, headers))
        .then(
          () => true,
          () => false,
        );
      const oursToo = await verifyWebhook({ body, headers, secret: SECRET }).then(
        () => true,
        () => false,
      );
      // It is stricter in what it reads a time, an id and an event from, and never laxer.
      if (oursToo) expect(theirs).toBe(true);
      if (changes.length === 0) expect([theirs, oursToo]).toEqual([true, true]);
    }),
  );
});

it('needs nothing but what the web has', async () => {
  const bundle = await build({
    entryPoints: [join(__dirname, 'index.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'webhooks',
    platform: 'browser',
  });
  const web = createContext({ crypto: webcrypto, TextEncoder, TextDecoder, atob, btoa, ArrayBuffer, Uint8Array });
  runInContext(bundle.outputFiles[0]!.text, web);
  const { webhooks } = web as { webhooks: { verifyWebhook: typeof verifyWebhook } };
  expect(await webhooks.verifyWebhook(delivery())).toMatchObject({ event: 'message.created', data: { a: 'ü👋' } });
  await expect(webhooks.verifyWebhook(delivery({ secret: OTHER }))).rejects.toThrow('genuine');
});

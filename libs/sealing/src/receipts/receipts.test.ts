import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID, verify } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from './canonicalJson';
import type { ReceiptBody } from './receipt';
import { checkReceipt } from './check';
import { createReceiptSigner, isReceiptKey, verifyReceipt } from './signing';

const at = '2026-11-25T10:00:00.000Z';
const body = (): ReceiptBody => ({
  version: 1,
  requestId: randomUUID(),
  tenant: 'acme',
  subject: { kind: 'learner', id: 'leo' },
  ...{ requestedAt: at, startedAt: at, erasedAt: at, completedAt: at },
  keys: [
    {
      ...{ keyId: randomUUID(), kind: 'subject', state: 'destroyed', fingerprint: 'a'.repeat(64) },
      ...{ destroyedAt: at, masterVersion: '0123456789abcdef' },
    },
  ],
  stores: [{ store: 'postgres', what: 'messages', checked: 12, remaining: 0 }],
  finalAfter: [{ masterVersion: '0123456789abcdef', dueAt: at }],
  notes: [],
});
const seed = randomBytes(32).toString('base64');

describe('canonical JSON', () => {
  it('sorts by code units, spells numbers and text as RFC 8785 does', () => {
    // The examples of the RFC, sections 3.2.2 and 3.2.3.
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001];
    expect(canonicalJson({ numbers, literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}',
    );
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(canonicalJson(names)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('is the same for the same value, and says the same as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(JSON.stringify(value).isWellFormed());
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it.each([[NaN], [Infinity], [[undefined]], ['\ud800'], [new Date()], [1n], [() => 1]])('refuses %p', (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});

describe('a receipt', () => {
  const signer = createReceiptSigner(seed);

  it('verifies with the public key alone, after a round trip through any JSON', () => {
    const receipt = signer.sign(body());
    const reordered = Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(receipt, null, 4))).reverse());
    expect(verifyReceipt(reordered, signer.publicKey)).toEqual({ valid: true, receipt });
    expect(receipt.signature).toMatchObject({ alg: 'Ed25519', keyId: signer.keyId });
    // Anybody's Ed25519 will do.
    const { signature, ...signed } = receipt;
    const bytes = Buffer.from(canonicalJson(signed));
    expect(verify(null, bytes, signer.publicKey, Buffer.from(signature.value, 'base64url'))).toBe(true);
  });

  it('does not verify when anything in it is changed, added or taken away', () => {
    const receipt = signer.sign(body());
    const changes: object[] = [
      { tenant: 'other' },
      { stores: [{ ...receipt.stores[0], remaining: 1 }] },
      { keys: [] },
      { added: true },
      { completedAt: '2026-11-25T10:00:00.001Z' },
    ];
    for (const change of changes)
      expect(verifyReceipt({ ...receipt, ...change }, signer.publicKey)).toMatchObject({ reason: 'forged' });
    const { notes: _gone, ...without } = receipt;
    expect(verifyReceipt(without, signer.publicKey)).toMatchObject({
      reason: 'malformed',
      detail: expect.stringMatching(/^notes/),
    });
    const value = `${receipt.signature.value.startsWith('A') ? 'B' : 'A'}${receipt.signature.value.slice(1)}`;
    const forged = { ...receipt, signature: { ...receipt.signature, value } };
    expect(verifyReceipt(forged, signer.publicKey)).toMatchObject({ reason: 'forged' });
  });

  it('keeps fields of a later build under the signature', () => {
    const receipt = signer.sign({ ...body(), region: 'eu' } as ReceiptBody);
    expect(verifyReceipt(receipt, signer.publicKey)).toMatchObject({ valid: true, receipt: { region: 'eu' } });
    expect(verifyReceipt({ ...receipt, region: 'us' }, signer.publicKey)).toMatchObject({ reason: 'forged' });
  });

  it('names the key that signed it where another one is given', () => {
    const other = createReceiptSigner(randomBytes(32).toString('hex'));
    const verdict = verifyReceipt(signer.sign(body()), other.publicKey);
    expect(verdict).toMatchObject({
      valid: false,
      reason: 'unknown_key',
      detail: expect.stringContaining(signer.keyId),
    });
  });

  it('is signed by the same key, however it is written', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const raw = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    const forms = [pem, pem.replaceAll('\n', '\\n'), raw.toString('base64'), raw.toString('hex')];
    expect(new Set(forms.map((form) => createReceiptSigner(form).keyId)).size).toBe(1);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const wrong = [
      '',
      'short',
      randomBytes(31).toString('base64'),
      rsa.export({ type: 'pkcs8', format: 'pem' }) as string,
    ];
    expect(wrong.map(isReceiptKey)).toEqual(wrong.map(() => false));
    expect(() => verifyReceipt(signer.sign(body()), 'no key')).toThrow(TypeError);
  });

  it('is checked by WebCrypto as by Node: the same verdict, whatever was done to it, and by any form of the key', async () => {
    const raw = createPublicKey(signer.publicKey).export({ type: 'spki', format: 'der' }).subarray(-32);
    const forms = [signer.publicKey, raw.toString('base64'), raw.toString('base64url'), raw.toString('hex')];
    const other = createReceiptSigner(randomBytes(32).toString('hex'));
    const receipt = signer.sign(body());
    for (const key of forms) {
      expect(await checkReceipt(receipt, key)).toEqual({ valid: true, keyId: signer.keyId });
      expect(verifyReceipt(receipt, key)).toMatchObject({ valid: true });
    }
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(receipt)), fc.jsonValue(), async (name, value) => {
        const altered = JSON.parse(JSON.stringify({ ...receipt, [name]: value })) as Record<string, unknown>;
        const checked = await checkReceipt(altered, signer.publicKey);
        const { valid } = verifyReceipt(altered, signer.publicKey);
        expect([name, checked.valid]).toEqual([name, valid]);
      }),
    );
    expect(await checkReceipt(receipt, other.publicKey)).toMatchObject({ reason: 'unknown_key' });
    const signature = { ...receipt.signature, keyId: other.keyId };
    expect(await checkReceipt({ ...receipt, signature }, other.publicKey)).toMatchObject({ reason: 'forged' });
    for (const none of [null, 1, 'text', [], {}, { signature: { ...receipt.signature, value: 'A' } }])
      expect(await checkReceipt(none, signer.publicKey)).toMatchObject({ valid: false });
    for (const key of ['', 'no key', 'A', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'])
      await expect(checkReceipt(receipt, key)).rejects.toThrow(TypeError);
  });
});

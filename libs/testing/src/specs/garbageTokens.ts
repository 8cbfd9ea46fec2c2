/** Parts of a token, as text or bytes, put together as somebody would who holds no key. */
function token(header: unknown, payload: unknown, signature = 'c2lnbmF0dXJl'): string {
  const part = (value: unknown) => {
    const bytes = Buffer.isBuffer(value)
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return bytes.toString('base64url');
  };
  return `${part(header)}.${part(payload)}.${signature}`;
}

const HS = { alg: 'HS256', typ: 'JWT' };
const CLAIMS = { sub: 'ann', tenant_id: 'acme', exp: 9_999_999_999 };
const VALUES: [string, unknown][] = [
  ['null', null],
  ['a list', [CLAIMS]],
  ['an empty list', []],
  ['a number', 42],
  ['true', true],
  ['false', false],
  ['a text', '"text"'],
  ['an empty object', {}],
  ['nothing', ''],
  ['no JSON', '{"sub"'],
  ['__proto__', '{"__proto__":{"sub":"ann"}}'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xd8])],
  ['a lone surrogate', '{"sub":"\\ud83d"}'],
  ['duplicate keys', '{"sub":"ann","sub":null,"sub":"eve"}'],
  ['lists in lists', `${'['.repeat(2_000)}${']'.repeat(2_000)}`],
];

/** Whatever may stand where a bearer token is expected; none of it is one, whichever keys count. All can be header values. */
export const GARBAGE_TOKENS: readonly (readonly [name: string, token: string])[] = [
  ['one letter', 'x'],
  ['dots', '..'],
  ['more dots', 'a.b.c.d.e'],
  ['parts that are no base64', '!!.??.~~'],
  ['JSON instead of a token', '{"protected":"e30","payload":"bnVsbA","signature":"eA"}'],
  ['JSON null', 'null'],
  ['a number', '1'],
  ...VALUES.map(([name, value]) => [`${name} as payload`, token(HS, value)] as const),
  ...VALUES.map(([name, value]) => [`${name} as header`, token(value, CLAIMS)] as const),
  ...VALUES.map(([name, value]) => [`${name} as both`, token(value, value)] as const),
  ...VALUES.map(([name, value]) => [`${name} as payload, type at`, token({ ...HS, typ: 'at+jwt' }, value)] as const),
  ['algorithm none', token({ alg: 'none', typ: 'JWT' }, CLAIMS, '')],
  ['algorithm none with a signature', token({ alg: 'none', typ: 'JWT' }, CLAIMS)],
  ['an algorithm that is a list', token({ alg: ['HS256'], typ: 'JWT' }, CLAIMS)],
  ['an algorithm that is null', token({ alg: null, typ: 'JWT' }, null)],
  ['no algorithm', token({ typ: 'JWT' }, CLAIMS)],
  ['another algorithm', token({ alg: 'HS512', typ: 'JWT' }, CLAIMS)],
  ['a type that is an object', token({ alg: 'HS256', typ: {} }, null)],
  ['a kid that is a list', token({ ...HS, kid: ['a'] }, CLAIMS)],
  ['a critical extension', token({ ...HS, crit: null }, CLAIMS)],
  ['a token in a token', token(HS, token(HS, null))],
  ['no signature', token(HS, CLAIMS, '')],
  ['a wrong signature', token(HS, CLAIMS)],
  ['a huge number as expiry', token(HS, '{"sub":"ann","exp":1e400}')],
  ['more than a token can hold', token(HS, { ...CLAIMS, filler: 'x'.repeat(12_000) }).padEnd(16_385, 'A')],
];

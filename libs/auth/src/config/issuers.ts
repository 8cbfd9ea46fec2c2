import { idInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { ALGORITHMS, type Algorithm, type IssuerKey, type IssuerSettings } from '../token/settings';

const entrySchema = z.strictObject({
  issuer: z.string().min(1),
  algorithm: z.enum(ALGORITHMS),
  secret: z.string().min(1).optional(),
  publicKey: z.string().min(1).optional(),
  jwksUrl: z.url().optional(),
  audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  tenants: z.union([z.literal('*'), z.array(idInputSchema).min(1)]),
});
type Entry = z.infer<typeof entrySchema>;

/** The parsed value of `AUTH_ISSUERS`, or what is wrong with it, in words that hold none of its keys. */
export function parseIssuers(text: string): { issuers: IssuerSettings[]; problems: string[] } {
  const parsed = z.array(entrySchema).min(1).safeParse(jsonOf(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`);
    return { issuers: [], problems };
  }
  const names = parsed.data.map(({ issuer }) => issuer);
  const problems = [
    ...names.filter((name, index) => names.indexOf(name) < index).map((name) => `${name} stands there twice`),
    ...parsed.data.flatMap((entry) => faultOf(entry) ?? []),
  ];
  return { issuers: problems.length === 0 ? parsed.data.map(settingsOf) : [], problems };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultOf({ issuer, algorithm, secret, publicKey, jwksUrl }: Entry): string | undefined {
  const keys = [secret, publicKey, jwksUrl].filter((key) => key !== undefined);
  if (keys.length !== 1) return `${issuer} needs exactly one of secret, publicKey and jwksUrl`;
  if ((algorithm === 'HS256') !== (secret !== undefined))
    return `${issuer}: HS256 goes with a secret, RS256 and ES256 with public keys`;
  return undefined;
}

function settingsOf({ issuer, algorithm, audience, tenants, ...keys }: Entry): IssuerSettings {
  const audiences = typeof audience === 'string' ? [audience] : (audience ?? null);
  return { issuer, algorithm, audience: audiences, tenants, key: keyOf(keys) };
}

/** The one key that is given. */
export function keyOf(given: { secret?: string; publicKey?: string; jwksUrl?: string }): IssuerKey {
  const { secret, publicKey, jwksUrl } = given;
  if (secret !== undefined) return { kind: 'secret', secret: () => secret };
  // Where the environment cannot hold line breaks they are written as \n.
  if (publicKey !== undefined) return { kind: 'publicKey', pem: publicKey.replaceAll('\\n', '\n') };
  if (jwksUrl !== undefined) return { kind: 'jwks', url: jwksUrl };
  throw new TypeError('no key to verify tokens by is configured');
}

/** Whether tokens of this algorithm can be verified by this key, as far as that shows without reading it. */
export function fits(algorithm: Algorithm, key: IssuerKey): boolean {
  return (algorithm === 'HS256') === (key.kind === 'secret');
}

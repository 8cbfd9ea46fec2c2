import type { Actor } from '@threadlog/auth';
import { addressKey, type RateLimits } from '@threadlog/service';
import type { Handshake } from './authenticate';

interface Asking {
  address: string;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Counts a handshake as the API counts a request: with a valid token for its user and tenant, else for its address, so
 * that guessing tokens is slow. Rejects with an Error `rate_limited`, which a client has to wait out by itself.
 */
export async function countHandshake(
  limits: Pick<RateLimits, 'consume'>,
  trustedProxies: number,
  { asking, proven }: { asking: Asking; proven: Promise<Handshake> },
): Promise<Handshake> {
  const handshake = await proven.catch(async (refusal: Error) => {
    if (refusal.message === 'unauthorized') await take(limits, 'ip', addressKey(addressOf(asking, trustedProxies)));
    throw refusal;
  });
  const { tenantId, id }: Actor = handshake.actor;
  await take(limits, 'actor', `${tenantId}/${id}`);
  await take(limits, 'tenant', tenantId);
  return handshake;
}

async function take(limits: Pick<RateLimits, 'consume'>, limit: 'ip' | 'actor' | 'tenant', key: string): Promise<void> {
  const state = await limits.consume(limit, key);
  if (state?.exceeded) throw new Error('rate_limited');
}

/** Each trusted proxy appends who it was asked by; what stands before the last of these could be anybody's invention. */
function addressOf({ address, headers }: Asking, trustedProxies: number): string {
  const forwarded = [headers['x-forwarded-for'] ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((one) => one.trim());
  return trustedProxies === 0 ? address : (forwarded.at(-Math.min(trustedProxies, forwarded.length)) ?? address);
}

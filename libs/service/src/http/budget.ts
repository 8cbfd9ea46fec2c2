import type { Actor } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import type { LimitName, LimitState, RateLimits } from './rateLimits';

/** Where those who counted stand; which of them refused, if one did. */
export type Counted = readonly LimitState[];
type Limits = Pick<RateLimits, 'consume'>;

/**
 * Counts one thing that an actor asks, over whichever surface: for itself, and for its tenant. What an actor is refused
 * does not use up its tenant's share.
 */
export async function countActor(limits: Limits, { tenantId, id, type, role }: Actor): Promise<Counted> {
  const limit = type === 'agent' || role === 'agent' ? 'agent' : 'actor';
  const own = await limits.consume(limit, `${tenantId}/${id}`);
  const shared = own?.exceeded ? undefined : await limits.consume('tenant', tenantId);
  return [own, shared].filter((state) => state !== undefined);
}

/** Counts, for its address, one thing that somebody without a valid credential asked. */
export async function countAddress(limits: Limits, address: string): Promise<Counted> {
  const state = await limits.consume('ip', address);
  return state ? [state] : [];
}

/** Throws problem `rate_limited`, with the time to wait, where a limit is exceeded. */
export function requireLeft(counted: Counted): void {
  const exceeded = counted.find((state) => state.exceeded);
  if (!exceeded) return;
  throw problem('rate_limited', REFUSALS[exceeded.limit], { retryAfter: exceeded.resetSeconds });
}

const REFUSALS: Record<LimitName, string> = {
  ip: 'Too many requests without a valid token from this address.',
  actor: 'Too many requests of this user.',
  agent: 'Too many requests of this agent.',
  tenant: 'Too many requests of this tenant.',
};

import { LIMITS, type DestroyedKey, type Subject } from '@threadlog/events';
import type { KeyEvidence, KeyTarget } from '@threadlog/sealing';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { heldBack } from './begin';
import { findHolds } from './holds';
import type { ErasureDeps } from './ports';
import type { Projected } from './projected';
import { erasedBy, type ErasureState, type ShownKey, type Step } from './state';
import { submitted } from './submit';

/** Keys whose evidence is shown one by one: an event and a receipt have a largest size. */
export const MAX_KEYS_SHOWN = LIMITS.keysInEvent;

export type EndKeysDeps = Pick<ErasureDeps, 'database' | 'router' | 'keys' | 'holdRetryMs'> & {
  projected: Projected;
  now(): number;
};

export function targetOf(subject: Subject): KeyTarget {
  return subject.kind === 'tenant' ? { kind: 'tenant' } : { kind: 'subject', id: subject.id };
}

/** Nothing is sealed under these keys any more: here at once, elsewhere when caches have let go. */
export function closeStep({ keys, now }: Pick<EndKeysDeps, 'keys' | 'now'>): Step {
  return async ({ request }, state) => {
    await keys.close(request.tenantId, targetOf(request.subject));
    return { ...state, step: 'let_go', closedAt: now() };
  };
}

/**
 * Waits until no process can have a closed key any more, counted from the time that was saved, so that a restart begins
 * no new wait. What was sealed before then is in the log or never will be, and nobody was told otherwise.
 */
export function letGoStep({ keys, now }: Pick<EndKeysDeps, 'keys' | 'now'>): Step {
  return async ({ signal }, state) => {
    await waitSince(state.closedAt, { ms: keys.letGoMs, now, signal });
    return { ...state, step: 'destroy' };
  };
}

/** Until `ms` after a time; a clock that was set back makes it no longer than `ms` from now. */
export async function waitSince(
  since: number | null,
  { ms, now, signal }: { ms: number; now(): number; signal: AbortSignal },
): Promise<void> {
  const left = Math.min(ms, (since ?? now()) + ms - now());
  if (left > 0) await delay(left, undefined, { signal });
}

/**
 * Destroys the keys and tells everybody. The last moment at which a hold counts: the person may have written in a held
 * thread after the erasure began, and until here nothing is lost.
 */
export function destroyStep({ database, router, keys, projected, holdRetryMs, now }: EndKeysDeps): Step {
  return async ({ request, signal }, state) => {
    const { tenantId, requestId, subject } = request;
    // Once some are destroyed there is no way back: then the rest go, too.
    if (
      !(await keys.keysOf(tenantId, targetOf(subject))).some((key) => key.state === 'destroyed' && isNew(key, request))
    ) {
      const generation = await projected.active(signal);
      const { touchesHeldThread } = await findHolds({ database, generation }, erasedBy(request));
      if (touchesHeldThread) throw heldBack(holdRetryMs);
    }
    const evidence = await keys.destroy(tenantId, targetOf(subject), requestId);
    const next = { ...state, ...summaryOf(evidence), destroyedAt: now(), step: 'scrub' as const };
    const outcome = { type: 'erased' as const, keys: next.keys.map(eventKey), keysTotal: next.keyCount };
    const command = { type: 'privacy.report' as const, input: { subject, requestId, outcome } };
    await submitted(router, tenantId, { command, signal });
    return next;
  };
}

/** Destroyed by this request rather than by an earlier one. */
function isNew({ destroyedAt }: KeyEvidence, { createdAt }: { createdAt: string }): boolean {
  return destroyedAt !== null && destroyedAt.getTime() >= Date.parse(createdAt);
}

/** Evidence in the form of the event: the first keys one by one, all of them counted and in one digest. */
export function summaryOf(
  evidence: readonly KeyEvidence[],
): Pick<ErasureState, 'keys' | 'keyCount' | 'keyDigest' | 'masterVersions'> {
  const all = [...evidence].sort((one, other) => (one.keyId < other.keyId ? -1 : 1));
  // What stands for many comes first: a tenant's own key, people's, then threads'.
  const ranked = [...all].sort((one, other) => RANK[one.kind] - RANK[other.kind]);
  const digest = createHash('sha256');
  for (const { fingerprint } of all) digest.update(fingerprint);
  return {
    keys: ranked.slice(0, MAX_KEYS_SHOWN).map(shownKey),
    keyCount: all.length,
    keyDigest: digest.digest('hex'),
    masterVersions: [...new Set(all.flatMap(({ masterVersion }) => masterVersion ?? []))].sort(),
  };
}

const RANK: Record<KeyEvidence['kind'], number> = { tenant: 0, subject: 1, thread: 2, thread_month: 3 };

function shownKey({ keyId, kind, state, fingerprint, destroyedAt, masterVersion }: KeyEvidence): ShownKey {
  return { keyId, kind, state, fingerprint, destroyedAt: destroyedAt?.toISOString() ?? null, masterVersion };
}

/** The same in the form of the event. */
function eventKey({ keyId, kind, fingerprint, masterVersion }: ShownKey): DestroyedKey {
  return { key_id: keyId, kind, fingerprint, master_version: masterVersion };
}

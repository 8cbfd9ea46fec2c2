import { countText } from './count';
import { targetOf, type EndKeysDeps } from './endKeys';
import type { ErasureDeps } from './ports';
import { erasedBy, type Step, type StoreFinding } from './state';
import type { JobRequest } from '../jobs/job';

/** How often text that was found is scrubbed again at once; after that the job fails, visibly, and is tried later. */
const MAX_ROUNDS = 3;

export type VerifyDeps = Pick<ErasureDeps, 'database' | 'files' | 'messageStore' | 'logger'> &
  Pick<EndKeysDeps, 'keys' | 'projected'>;

/** Text was found where none may be. The message names stores and counts, never what was found. */
class TextRemainsError extends Error {
  override readonly name = 'TextRemainsError';
}

/**
 * Proves, store by store, that nothing is left: by the keys of the rows, in every live generation, and in the key store
 * itself. Where anything is left, the steps before are done again; it is never passed over.
 */
export function verifyStep(deps: VerifyDeps): Step {
  return async (run, state) => {
    const { request, signal } = run;
    const { findings, parked } = await look(deps, request, signal);
    const left = findings.filter(({ remaining }) => remaining > 0);
    const next = { ...state, findings, parked };
    if (left.length === 0) return { ...next, rounds: 0, step: 'complete' };
    const what = left.map(({ store, what: which, remaining }) => `${remaining} ${which} in ${store}`).join(', ');
    const { tenantId: tenant_id, requestId } = request;
    deps.logger.warn(
      { tenant_id, request: requestId, round: state.rounds + 1, left: what },
      'an erasure left something',
    );
    const step = left.some(({ store }) => KEY_STORES.has(store)) ? 'destroy' : 'scrub';
    if (state.rounds + 1 < MAX_ROUNDS) return { ...next, step, rounds: state.rounds + 1 };
    // The next run begins with scrubbing, not with another look at the same rows.
    await run.save({ ...next, step, rounds: 0 }, { step: 'verify' });
    throw new TextRemainsError(`still there after ${MAX_ROUNDS} rounds: ${what}`);
  };
}

const KEY_STORE = 'key store';
const ERASURE_LIST = 'erasure list';
const KEY_STORES: ReadonlySet<string> = new Set([KEY_STORE, ERASURE_LIST]);

async function look(deps: VerifyDeps, request: JobRequest, signal: AbortSignal) {
  const { database, messageStore, projected, files } = deps;
  const erased = erasedBy(request);
  const findings: StoreFinding[] = [];
  const parked = new Set<string>();
  for (const generation of await projected.everywhere(signal)) {
    const counted = await countText({ database, generation, store: messageStore(generation) }, erased);
    findings.push(...counted.findings);
    for (const key of counted.parked) parked.add(key);
  }
  const left = await files.countFor(erased.tenantId, erased.personId);
  findings.push({ store: 'export files', what: 'files', checked: left, remaining: left, unreadable: 0 });
  findings.push(...(await lookAtKeys(deps, request)));
  return { findings, parked: [...parked].sort() };
}

async function lookAtKeys({ keys }: VerifyDeps, { tenantId, subject }: JobRequest): Promise<StoreFinding[]> {
  const all = await keys.keysOf(tenantId, targetOf(subject));
  const alive = all.filter(({ state }) => state !== 'destroyed').length;
  // A row that took the place of a key that never was has nothing to be brought back from a backup.
  const once = all.filter(({ masterVersion }) => masterVersion !== null).map(({ keyId }) => keyId);
  const unlisted = await keys.unlisted(tenantId, once);
  return [
    { store: KEY_STORE, what: 'keys', checked: all.length, remaining: alive, unreadable: 0 },
    { store: ERASURE_LIST, what: 'keys', checked: once.length, remaining: unlisted.length, unreadable: 0 },
  ];
}

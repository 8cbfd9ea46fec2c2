import type { CommandResult } from '@threadlog/commands';
import type { Problem } from '@threadlog/events';
import type { Decision } from '../commands/decision';
import type { OwnedPartition } from '../ownership/ownedPartition';
import type { Receipt } from '../streams/receiptBook';
import type { Answers } from './answer';
import { OUTCOME_UNKNOWN, refusal, type Job, type StreamWithRoot } from './job';

/** How a decision that leaves no event is answered, once what it rests on is acked. */
export function answerTo(
  decision: Exclude<Decision, { kind: 'events' }>,
  answers: Answers,
  job: Job,
  { entry, root }: StreamWithRoot,
): () => CommandResult | Promise<CommandResult> {
  if (decision.kind === 'refused') return () => refusal(decision.problem);
  if (decision.kind === 'told') {
    return () => ({ ok: true, status: 200, resource: decision.told, position: null, replayed: false });
  }
  const source = answers.sourceOf(job, {
    state: entry.state,
    root: root.state,
    resourceId: job.resolved.newId,
    position: null,
    replayed: false,
    changed: false,
    clear: new Map(),
  });
  return () => answers.build(job.request.actor, source);
}

/** The first answer again, rebuilt from what the resource is now; the same key with another request is a mistake. */
export function replay(
  answers: Answers,
  owned: OwnedPartition,
  job: Job,
  found: StreamWithRoot & { receipt: Receipt },
): void {
  const { receipt } = found;
  const { actor } = job.request;
  const { definition } = job.resolved;
  if (receipt.row.request_hash !== job.resolved.idempotency?.request_hash) {
    return answerWhenAcked(owned, job, found, () => refusal(KEY_REUSED));
  }
  const hidden = answers.hides(definition, found, actor);
  if (hidden) return answerWhenAcked(owned, job, found, () => refusal(hidden));
  const { partition } = owned.lease;
  const { settled } = receipt;
  const source = answers.sourceOf(job, {
    state: found.entry.state,
    root: found.root.state,
    resourceId: receipt.row.resource_id,
    position: null,
    replayed: true,
    changed: definition.made?.(receipt.row.event_type) ?? true,
    clear: new Map(),
  });
  answerWhenAcked(owned, job, found, async () => {
    const offset = settled ? await settled : receipt.row.log_offset;
    return answers.build(actor, { ...source, position: { partition, offset } });
  });
}

const KEY_REUSED: Problem = {
  code: 'idempotency_key_reused',
  detail: 'This idempotency key was used for another request.',
};

/**
 * Answers what rests on events that may still be in flight: only when all of them are acked, and only if the lease of
 * this epoch is held then. Else the answer would promise what may never have happened.
 */
export function answerWhenAcked(
  owned: OwnedPartition,
  job: Job,
  streams: StreamWithRoot,
  build: () => CommandResult | Promise<CommandResult>,
): void {
  const pending = [streams.entry.inFlight, streams.root.inFlight].filter((one) => one !== null);
  job.decided = true;
  void (async () => {
    try {
      for (const one of pending) await one;
      const result = await build();
      job.answer(owned.isHeld() ? result : OUTCOME_UNKNOWN);
    } catch {
      job.answer(OUTCOME_UNKNOWN);
    }
  })();
}

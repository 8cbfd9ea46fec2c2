import { activeGeneration } from '@threadlog/read-models';
import { LIMITS } from '@threadlog/events';
import type { Command } from '@threadlog/commands';
import type { JobRun } from '../jobs/job';
import { createFindings, NO_THREAD, START, type Findings, type FoundMessage, type MessagePlace } from './findings';
import type { ErasureDeps } from './ports';
import type { Projected } from './projected';
import { erasedBy, type Erased, type ErasureState, type Step } from './state';
import { submitted } from './submit';

/** Things looked up at a time. */
const PAGE = 500;
/** Commands at a time, of different streams. */
const AT_ONCE = 8;
/** Passes over everything; nothing new can be written, so the second one finds what the first one's reading missed. */
const MAX_PASSES = 20;

export type ScrubDeps = Pick<ErasureDeps, 'database' | 'router'> & { projected: Projected };

/**
 * Deletes every text of the erased by commands, so that the log, both stores, the index, sockets, the feed and every
 * rebuild agree. Goes over the projected read model until a pass finds nothing.
 */
export function scrubStep({ database, router, projected }: ScrubDeps): Step {
  return async (run, state) => {
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const generation = await projected.active(run.signal);
      const findings = createFindings(database, generation);
      const done = await scrubOnce({ findings, router, run, erased: erasedBy(run.request) });
      if (done === 0 && generation === (await activeGeneration(database))) return { ...state, step: 'purge' };
    }
    throw new Error(`text was found in each of ${MAX_PASSES} passes`);
  };
}

interface Scrubbing {
  findings: Findings;
  router: ErasureDeps['router'];
  run: JobRun<ErasureState>;
  erased: Erased;
}

/** One pass; how many things it found. */
async function scrubOnce(scrubbing: Scrubbing): Promise<number> {
  const { findings, erased } = scrubbing;
  let done = 0;
  const progress: Progress = (more) => scrubbing.run.progress((done += more));
  await scrubMessages(scrubbing, (after) => findings.written(erased, after, PAGE), progress);
  await scrubMessages(scrubbing, (after) => findings.about(erased, after, PAGE), progress);
  await scrubThreads(scrubbing, progress);
  await scrubNamed(scrubbing, findings.settings, progress, (threadId, authorId) => ({
    type: 'thread.scrubSettings',
    input: { threadId, authorId },
  }));
  await scrubNamed(scrubbing, findings.profiles, progress, (userId) => ({ type: 'user.remove', input: { userId } }));
  await scrubNamed(scrubbing, findings.webhooks, progress, (webhookId) => ({
    type: 'webhook.delete',
    input: { webhookId },
  }));
  await scrubNamed(scrubbing, findings.agents, progress, (agentId) => ({ type: 'agent.delete', input: { agentId } }));
  return done;
}

type Progress = (more: number) => void;

/** One after the other: a sub-thread comes before its root, and both are decided by one owner anyway. */
async function scrubThreads(scrubbing: Scrubbing, progress: Progress): Promise<void> {
  const { findings, erased } = scrubbing;
  for (let after = NO_THREAD; ;) {
    const found = await findings.threads(erased, after, PAGE);
    for (const { thread_id: threadId } of found) {
      await give(scrubbing, { type: 'thread.erase', input: { threadId, reason: 'privacy' } });
      progress(1);
    }
    if (found.length < PAGE) return;
    after = found.at(-1)!;
  }
}

/** What is found by name, in the order of names, each by a command of its own. */
async function scrubNamed(
  scrubbing: Scrubbing,
  page: Findings['profiles' | 'settings' | 'webhooks' | 'agents'],
  progress: Progress,
  commandFor: (name: string, personId: string) => Command,
): Promise<void> {
  const { erased } = scrubbing;
  for (let after = ''; ;) {
    const found = await page(erased, after, PAGE);
    await inTurns(found, async (name) => {
      await give(scrubbing, commandFor(name, erased.personId ?? ''));
      progress(1);
    });
    if (found.length < PAGE) return;
    after = found.at(-1)!;
  }
}

async function scrubMessages(
  scrubbing: Scrubbing,
  pageAfter: (after: MessagePlace) => Promise<FoundMessage[]>,
  progress: Progress,
): Promise<void> {
  for (let after = START; ;) {
    const found = await pageAfter(after);
    await inTurns(batchesOf(found), async ({ threadId, messageIds }) => {
      await give(scrubbing, { type: 'thread.scrub', input: { threadId, messageIds, reason: 'privacy' } });
      progress(messageIds.length);
    });
    if (found.length < PAGE) return;
    after = found.at(-1)!;
  }
}

/** Messages in the portions that one command takes. */
export function batchesOf(found: readonly FoundMessage[]): { threadId: string; messageIds: string[] }[] {
  const batches: { threadId: string; messageIds: string[] }[] = [];
  for (const { thread_id: threadId, message_id: messageId } of found) {
    const last = batches.at(-1);
    if (last?.threadId === threadId && last.messageIds.length < LIMITS.scrubbedMessages)
      last.messageIds.push(messageId);
    else batches.push({ threadId, messageIds: [messageId] });
  }
  return batches;
}

async function give({ router, run, erased }: Scrubbing, command: Command): Promise<void> {
  await submitted(router, erased.tenantId, { command, signal: run.signal });
}

/** A few at a time, in the order given; rejects with the first fault, when those under way have ended. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const hands = Array.from({ length: Math.min(AT_ONCE, items.length) }, async () => {
    for (const item of waiting) await work(item);
  });
  const ends = await Promise.allSettled(hands);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

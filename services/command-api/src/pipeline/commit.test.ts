import { COMMANDS, type Command } from '@threadlog/commands';
import { tenantId, type Draft } from '@threadlog/events';
import { beginning } from '@threadlog/read-models';
import { historyOf, testActor } from '@threadlog/testing';
import type { OwnedPartition } from '../ownership/ownedPartition';
import { createPlainSealing } from '../simulation/plainSealing';
import { applyEvent, createStreamEntry } from '../streams/streamEntry';
import { posted, threadCreated } from '../commands/drafts.testing';
import { definitionOf } from '../commands/registry';
import type { Answers } from './answer';
import { commit } from './commit';
import { createJob, type Outcome } from './job';

const EVENT_ID = '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11';
const NOW = '2026-02-01T00:00:00.000000Z';
const stream = { tenantId: tenantId('acme'), type: 'thread', id: 't1' } as const;

/** One commit of these drafts on a thread with a message; what became of it. */
function committed(drafts: readonly Draft[]) {
  const snapshot = {
    ...{ checkpoint: { nextOffset: 0, maxEpoch: 0 }, gap: 0, lastTimestamp: null, parked: false },
    state: beginning('thread'),
    ...{ receipts: [], receiptsComplete: true },
  };
  const entry = createStreamEntry(snapshot, [], { partition: 0, maxParts: 10 });
  for (const event of historyOf([threadCreated(), posted(1, 'ada')])) applyEvent(entry, event);
  const before = structuredClone({ ...entry, receipts: null });
  const told = { outcomes: [] as Outcome[], appended: 0, faults: [] as string[] };
  const command = { type: 'thread.delete', input: COMMANDS['thread.delete'].parse({ threadId: 't1' }) } as Command;
  const actor = testActor('ada');
  const job = createJob({
    request: { actor, command, idempotencyKey: null, correlationId: 'test', timeoutMs: 1_000 },
    resolved: {
      definition: definitionOf(command),
      ...{ stream, root: stream, recordKey: 'acme/thread/t1', partition: 0, newId: 'n' },
      ...{ idempotency: null, parts: [] },
    },
    deadlineMs: 1_000,
    onAnswer: (_job, outcome) => void told.outcomes.push(outcome),
  });
  const owned = {
    lease: { partition: 0, epoch: 1 },
    overlay: { size: () => 0 },
    append: (events: readonly unknown[]) => void (told.appended += events.length),
  } as unknown as OwnedPartition;
  const deps = {
    answers: { sourceOf: () => ({}) } as unknown as Answers,
    newEventId: () => EVENT_ID,
    maxEventBytes: 1_000_000,
    onUnappendable: (eventType: string, fault: string) => void told.faults.push(`${eventType} ${fault}`),
  };
  const sealer = createPlainSealing().cachedSealer({} as never)!;
  commit(deps, owned, job, { entry, root: entry, now: NOW, drafts, sealer });
  return { ...told, before, after: { ...entry, receipts: null }, job };
}

const REACTION = { thread_id: 't1', message_id: 'm1', message_index: 1, user_id: 'ada' };

test('an event that every reader can fold is appended', () => {
  const { outcomes, appended, faults } = committed([
    { type: 'CHAT_REACTION_ADDED', data: { ...REACTION, emoji: '👍' } },
  ]);
  expect({ outcomes, appended, faults }).toEqual({ outcomes: [], appended: 1, faults: [] });
});

test.each<[string, Draft, string]>([
  ['half a surrogate pair', { type: 'CHAT_REACTION_ADDED', data: { ...REACTION, emoji: '\ud83d' } }, 'data.emoji'],
  [
    'a field that no schema names',
    { type: 'CHAT_REACTION_ADDED', data: { ...REACTION, emoji: '👍', x: 1 } as never },
    'data',
  ],
  [
    'a number that was rounded',
    { type: 'CHAT_MESSAGE_PINNED', data: { ...REACTION, message_index: 2 ** 53 } as never },
    'data',
  ],
])('%s is a fault of ours: told, counted, answered, and nothing has happened', (_what, draft, place) => {
  // The sound event before it goes the same way: the events of a command are one append.
  const sound: Draft = { type: 'CHAT_REACTION_ADDED', data: { ...REACTION, emoji: '👍' } };
  const { outcomes, appended, faults, before, after, job } = committed([sound, draft]);
  expect(outcomes).toEqual([{ ok: false, problem: expect.objectContaining({ code: 'internal' }) }]);
  expect(faults).toEqual([expect.stringMatching(new RegExp(`^${draft.type} ${place}`))]);
  expect({ appended, decided: job.decided }).toEqual({ appended: 0, decided: false });
  expect(after).toEqual(before);
});

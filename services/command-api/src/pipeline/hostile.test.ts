import { ROLE_PERMISSIONS, type Actor } from '@threadlog/auth';
import { COMMANDS, type Command, type CommandType } from '@threadlog/commands';
import {
  appendFault,
  decodeEvent,
  encodeEvent,
  jsonFault,
  tenantId,
  type ChatEvent,
  type Draft,
} from '@threadlog/events';
import { auditOf, beginning, receiptOf } from '@threadlog/read-models';
import { historyOf, HOSTILE_JSON, inputLeaves, sampleOf } from '@threadlog/testing';
import fc from 'fast-check';
import { createPlainSealing } from '../simulation/plainSealing';
import { applyEvent, createStreamEntry, type StreamEntry } from '../streams/streamEntry';
import { posted, removed, threadCreated } from '../commands/drafts.testing';
import { LIMITS } from '../commands/given.testing';
import { completed, deletionRequested, erased, exportRequested, started } from '../commands/privacy/given.testing';
import { definitionOf } from '../commands/registry';
import { sealDraft, type EventMetadata } from './commit';

const NEW_ID = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10';
const NOW = '2026-02-01T00:00:00.000000Z';
const TYPES = Object.keys(COMMANDS) as CommandType[];
const root: Actor = {
  ...{ tenantId: tenantId('acme'), id: 'ada', type: 'user', role: 'admin', learnerScope: '*', expiresAt: null },
  permissions: [...ROLE_PERMISSIONS.admin],
};
const worker: Actor = { ...root, id: 'worker', type: 'system' };
const agent: Actor = { ...root, id: 'bot', type: 'agent' };

/** Sound inputs about what exists, so that what is wrong with an attack is its one hostile value. */
const ABOUT: Record<string, unknown> = {
  threadId: 't1',
  messageId: 'm1',
  userId: 'bob',
  authorId: 'ada',
  messageIds: ['m1'],
  runId: NEW_ID,
  triggerMessageId: 'm1',
  run: { runId: NEW_ID, triggerMessageId: 'm1', finish: 'complete' },
  mentions: ['bob'],
  parentThreadId: null,
  rootMessageId: null,
  replyTo: null,
  heldThreadId: null,
  type: 'group',
  ifMatch: undefined,
  executeAfter: null,
  holdsVersion: 0,
  touchesHeldThread: false,
  webhookId: NEW_ID,
  agentId: 'bot',
};

function soundInput(type: CommandType): Record<string, unknown> {
  const sample = sampleOf(COMMANDS[type]) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, name in ABOUT ? ABOUT[name] : value]));
}

/** Anything that JSON can say, and what it cannot. */
const hostile = fc.oneof(
  fc.constantFrom(...Object.values(HOSTILE_JSON)).map((json) => JSON.parse(json) as unknown),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\ud83d', '\udc00', '\0', '👍', 'a', '.', '/', '~', ' ', '\u202e', '\ufe0f'),
    minLength: 1,
  }),
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.double(),
  fc.bigInt().map(Number),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('t1', 'm1', 'ada', 'bob', 't1~sub', undefined),
);

function withValue(value: unknown, [name, ...rest]: readonly string[], put: unknown): unknown {
  if (name === undefined) return put;
  if (name === '[]') return [withValue(Array.isArray(value) ? value[0] : undefined, rest, put)];
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (name === '{key}') return { ...object, [String(put)]: 1 };
  const key = name === '{}' ? 'hello' : name;
  return { ...object, [key]: withValue(object[key], rest, put) };
}

const attacks = (type: CommandType): fc.Arbitrary<unknown> => {
  const paths = [...new Set(inputLeaves(COMMANDS[type]).map(({ path }) => path))];
  return fc
    .array(fc.tuple(fc.constantFrom(...paths), hostile), { maxLength: 2 })
    .map((values) =>
      values.reduce<unknown>((input, [path, put]) => withValue(input, path.split('.'), put), soundInput(type)),
    );
};

/** A stream as its owner and every projector know it. */
function entryOf(type: CommandType, drafts: readonly Draft[]): StreamEntry {
  const snapshot = {
    ...{ checkpoint: { nextOffset: 0, maxEpoch: 0 }, gap: 0, lastTimestamp: null, parked: false },
    ...{ state: beginning(definitionOf({ type }).stream.type), receipts: [], receiptsComplete: true },
  };
  const entry = createStreamEntry(snapshot, [], { partition: 0, maxParts: 10 });
  for (const event of historyOf(drafts)) applyEvent(entry, event);
  return entry;
}

const M1 = { thread_id: 't1', message_id: 'm1', message_index: 1 };
const THREAD: Draft[] = [
  threadCreated({ title: 'Algebra' }),
  posted(1, 'ada'),
  posted(2, 'bob'),
  { type: 'CHAT_REACTION_ADDED', data: { ...M1, emoji: 'hello', user_id: 'ada' } },
  { type: 'CHAT_MESSAGE_PINNED', data: M1 },
];
const PROFILE = { user_id: 'bob', display_name: 'Bob', avatar_url: null, email: null, metadata: null };
const LENA = { kind: 'learner', id: 'lena' } as const;
const HOLD = { hold_id: 'hello', subject: LENA, held_thread_id: null, reason: 'other', reference: null } as const;

const ENDPOINT: Draft[] = [
  {
    type: 'CHAT_WEBHOOK_REGISTERED',
    data: {
      ...{ webhook_id: NEW_ID, url: 'https://a.example', description: null, secret: 'whsec_old', secret_id: 's1' },
      ...{ events: ['message.created'], filter: { learner_id: null, thread_types: null }, payload: 'full' },
    },
  },
];

const AGENT: Draft[] = [
  {
    type: 'CHAT_AGENT_REGISTERED',
    data: {
      ...{ agent_id: 'bot', url: 'https://a.example', display_name: 'Bot', secret: 'whsec_old', secret_id: 's1' },
      ...{ trigger: 'every', context_messages: 20, timeout_ms: 60_000, settings_hash: 'g'.repeat(22) },
    },
  },
];

/** What has happened before, where a command is refused without it; to a thread if nothing is said here. */
const BEFORE: Partial<Record<CommandType, Draft[]>> = {
  ...Object.fromEntries(['thread.create', 'thread.read', 'thread.preferences', 'user.sync'].map((type) => [type, []])),
  'participant.add': [...THREAD, removed('bob')],
  'agent.mode': [
    ...THREAD,
    { type: 'CHAT_AGENT_MODE_CHANGED', data: { thread_id: 't1', mode: 'off', previous: 'auto' } },
  ],
  'message.pin': THREAD.slice(0, 3),
  'reaction.add': THREAD.slice(0, 3),
  'user.remove': [{ type: 'CHAT_USER_SYNCED', data: PROFILE }],
  ...Object.fromEntries(TYPES.filter((type) => /^(privacy|tenant)/.test(type)).map((type) => [type, []])),
  'privacy.cancel': [deletionRequested('hello')],
  'privacy.report': [exportRequested('hello'), deletionRequested('other')],
  'privacy.readmit': [deletionRequested(), started(), erased(), completed()],
  'tenant.releaseHold': [{ type: 'CHAT_LEGAL_HOLD_SET', data: HOLD }],
  ...Object.fromEntries(TYPES.filter((type) => /^webhook/.test(type)).map((type) => [type, ENDPOINT])),
  'webhook.register': [],
  ...Object.fromEntries(['agent.register', 'agent.rotateSecret', 'agent.delete'].map((type) => [type, AGENT])),
  'tenant.endErasure': [{ type: 'CHAT_ERASURE_BEGUN', data: { request_id: 'hello', subject: LENA } }],
};

/** What the events of a decision are when they go to the log. */
function sealed(command: Command, drafts: readonly Draft[], { state }: StreamEntry, actor: Actor): ChatEvent[] {
  const { type } = definitionOf(command).stream;
  const id = type === 'thread' ? ('threadId' in command.input ? command.input.threadId : NEW_ID) : 'ada';
  const metadata: EventMetadata = {
    stream: { tenantId: actor.tenantId, type, id },
    ...{ learnerId: null, epoch: 1, correlationId: 'test', idempotency: null },
    actor: { type: actor.type, id: actor.id, role: actor.role },
  };
  const sealing = { sealer: createPlainSealing().cachedSealer({} as never), clear: new Map() };
  return drafts.map((draft, at) =>
    sealDraft(draft, { eventId: NEW_ID, version: state.version + 1 + at, timestamp: NOW }, metadata, sealing as never),
  );
}

/** What only agents do is tried as one, too. */
const actorsOf = (type: CommandType): Actor[] => (type.startsWith('agent.') ? [root, worker, agent] : [root, worker]);

const taken = new Map<CommandType, number>();

test.each(TYPES)('%s with anything in any of its leaves is refused, or folded by every reader', (type) => {
  fc.assert(
    fc.property(attacks(type), fc.constantFrom(...actorsOf(type)), (input, actor) => {
      const parsed = COMMANDS[type].safeParse(input);
      if (!parsed.success) return;
      const command = { type, input: parsed.data } as Command;
      // Parsed again, as a forwarded command is, it means the same.
      expect(COMMANDS[type].parse(JSON.parse(JSON.stringify(parsed.data)))).toEqual(
        JSON.parse(JSON.stringify(parsed.data)),
      );
      const entry = entryOf(type, BEFORE[type] ?? THREAD);
      const extras = { webhooks: 0, agents: 0, secret: 'whsec_new', inputHash: 'h'.repeat(22) };
      const context = { actor, now: NOW, newId: NEW_ID, root: entry.state, holds: () => [], extras, limits: LIMITS };
      const decision = definitionOf(command).decide(command.input, entry.state, context);
      if (decision.kind !== 'events') return;
      taken.set(type, (taken.get(type) ?? 0) + 1);
      for (const event of sealed(command, decision.events, entry, actor)) {
        expect({ input, fault: appendFault(event) }).toEqual({ input, fault: null });
        const decoded = decodeEvent(encodeEvent(event).value);
        expect(decoded).toEqual({ kind: 'event', mended: false, event: JSON.parse(JSON.stringify(event)) as unknown });
        applyEvent(entry, event);
        for (const row of rowsOf(entry, event)) expect(jsonFault(row, 8)).toBeNull();
      }
    }),
    { numRuns: 150 },
  );
});

/** Everything that projectors would write: no text, number or time in it that a store refuses. */
function rowsOf({ state }: StreamEntry, event: ChatEvent): unknown[] {
  const rows = Object.values(state).flatMap((part): unknown[] => (part instanceof Map ? [...part.values()] : [part]));
  return [receiptOf(event, 0, 0), auditOf(event), ...rows];
}

test('not everything is refused, which would prove nothing', () => {
  // They ask only, and leave no event.
  expect(TYPES.filter((type) => !taken.has(type)).sort()).toEqual(['agent.mayAnswer', 'agent.stop', 'thread.newest']);
});

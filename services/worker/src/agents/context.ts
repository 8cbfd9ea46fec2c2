import { endedPeople } from '@threadlog/agents';
import type { TenantId } from '@threadlog/events';
import {
  activeGeneration,
  createProfiles,
  createThreadQueries,
  openColumn,
  sealedBlobsOf,
  type Database,
  type MessageRow,
  type MessageStore,
  type ProfileLookup,
} from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import type { OpenRun } from './asks';

/** A message as the AI SDK calls it. */
export interface ContextMessage {
  id: string;
  role: 'user' | 'assistant' | 'system';
  parts: { type: 'text'; text: string }[];
  metadata: { senderId: string; displayName: string | null; messageId: string; createdAt: string };
}

export interface ContextDeps {
  database: Database;
  sealing: Pick<SealingService, 'prepare' | 'open' | 'whyNot' | 'endedAmong'>;
  messageStore(generation: number): MessageStore;
}

/** What an agent may be told: so many messages, the one that asks it included, from this index on. */
export interface Told {
  contextMessages: number;
  visibleFrom: number;
}

/** Up to the message that asks, oldest first. Null where that one is gone. */
export type ReadContext = (run: OpenRun, told: Told) => Promise<ContextMessage[] | null>;

const PROFILES_REMEMBERED = 2_000;

/**
 * Reads what an agent is told. Deleted messages are left out, and those of people whose erasure has closed their key: that is
 * asked of the store itself each time, as for all that leaves the house.
 */
export function createContext({ database, sealing, messageStore }: ContextDeps): ReadContext {
  let generation = 1;
  const threads = createThreadQueries({ database, generation: () => generation });
  const profiles = createProfiles({
    opener: sealing,
    loadUsers: (tenantId, userIds) => threads.usersByIds(tenantId, userIds),
    maxUsers: PROFILES_REMEMBERED,
  });

  return async (run, { contextMessages, visibleFrom }) => {
    const { tenantId, threadId, triggerIndex, triggerMessageId, agentId } = run;
    generation = await activeGeneration(database);
    const bounds = { before: triggerIndex + 1, limit: contextMessages, order: 'desc' as const, visibleFrom };
    const found = await messageStore(generation).page(tenantId, threadId, bounds);
    const rows = (await tellable(sealing, tenantId, found)).toReversed();
    if (rows.at(-1)?.message_id !== triggerMessageId) return null;
    await sealing.prepare(tenantId, sealedBlobsOf(rows));
    const profile = await profiles.of(tenantId, new Set(rows.map(({ sender_id }) => sender_id)));
    const told = rows.flatMap((row) => presented(row, { sealing, profile, agentId }));
    return told.at(-1)?.id === triggerMessageId ? told : null;
  };
}

async function tellable(
  sealing: ContextDeps['sealing'],
  tenantId: TenantId,
  rows: readonly MessageRow[],
): Promise<MessageRow[]> {
  const ended = await endedPeople(
    sealing,
    tenantId,
    rows.map(({ sender_id }) => sender_id),
  );
  return rows.filter(({ sender_id, deleted_at }) => deleted_at === null && !ended.has(sender_id));
}

interface Telling {
  sealing: ContextDeps['sealing'];
  profile: ProfileLookup;
  agentId: string;
}

/** A text that does not open is left out. */
function presented(row: MessageRow, { sealing, profile, agentId }: Telling): ContextMessage[] {
  const column = { tenantId: row.tenant_id, streamType: 'thread' as const, streamId: row.thread_id, field: 'content' };
  const text = openColumn(sealing, row.content, column);
  if (typeof text !== 'string') return [];
  const { message_id: id, sender_id: senderId, created_at: createdAt } = row;
  const metadata = { senderId, displayName: profile(senderId)?.displayName ?? null, messageId: id, createdAt };
  return [{ id, role: roleOf(row, agentId), parts: [{ type: 'text', text }], metadata }];
}

function roleOf({ sender_id, sender_type }: MessageRow, agentId: string): ContextMessage['role'] {
  if (sender_id === agentId) return 'assistant';
  return sender_type === 'system' ? 'system' : 'user';
}

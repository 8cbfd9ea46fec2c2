import type { AgentTrigger, ChatEvent, EventOf, TenantId } from '@threadlog/events';
import { integer, json, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { sealedText, UNTOUCHED, type Projection } from './projection';
import { firstSecret, nextSecrets, type SealedSecret } from './secrets';

/** Agents that tenants registered. URL, name and secrets are sealed. */
export const agentsTable = defineTable({
  name: 'agents',
  columns: {
    tenant_id: text<TenantId>(),
    agent_id: text(),
    url: nullable(text()),
    display_name: nullable(text()),
    trigger: text<AgentTrigger>(),
    context_messages: integer(),
    timeout_ms: integer(),
    settings_hash: text(),
    /** The newest first. */
    secrets: json<SealedSecret[]>(),
    /** Since when messages ask it; null while none does. */
    asked_since: nullable(text()),
    created_at: text(),
    created_by: text(),
    updated_at: text(),
    updated_by: text(),
    deleted_at: nullable(text()),
    version: integer(),
  },
  key: ['tenant_id', 'agent_id'],
  guard: 'version',
  indexes: {
    agents_live: { on: 'tenant_id, agent_id', where: 'deleted_at is null' },
    agents_by_time: { on: 'tenant_id, created_at desc, agent_id desc', where: 'deleted_at is null' },
  },
});

export type AgentRow = RowOf<typeof agentsTable>;

export const agents: Projection<AgentRow> = {
  table: agentsTable,
  remembered: false,
  touches: (event) =>
    event.stream_type === 'agent'
      ? [
          {
            key: { tenant_id: event.tenant_id, agent_id: event.stream_id },
            name: `${event.tenant_id}/${event.stream_id}`,
            fresh: event.stream_version === 1,
          },
        ]
      : UNTOUCHED,
  fold: foldAgent,
};

/** An agent after an event of its stream; the one fold of it. A second delivery changes nothing. */
export function foldAgent(row: AgentRow | null, event: ChatEvent): AgentRow | null {
  if (event.stream_type !== 'agent' || (row && event.stream_version <= row.version)) return row;
  if (event.event_type === 'CHAT_AGENT_REGISTERED') return registered(event);
  const changes = row && CHANGES[event.event_type]?.(row, event as never);
  if (!changes) return row;
  const { timestamp: updated_at, actor, stream_version: version } = event;
  const next = { ...row, ...changes, updated_at, updated_by: actor.id, version };
  return { ...next, asked_since: isAsked(next) ? (row.asked_since ?? updated_at) : null };
}

/** Whether messages may ask it. */
function isAsked({ url, trigger }: Pick<AgentRow, 'url' | 'trigger'>): boolean {
  return url !== null && trigger !== 'off';
}

/** One that was deleted before begins again. */
function registered(event: EventOf<'CHAT_AGENT_REGISTERED'>): AgentRow {
  const { data, timestamp, actor, tenant_id } = event;
  const settings = settingsIn(data);
  return {
    ...{ tenant_id, agent_id: data.agent_id, ...settings, secrets: firstSecret(data) },
    asked_since: isAsked(settings) ? timestamp : null,
    ...{ created_at: timestamp, updated_at: timestamp, deleted_at: null },
    ...{ created_by: actor.id, updated_by: actor.id },
    version: event.stream_version,
  };
}

type Settings = EventOf<'CHAT_AGENT_UPDATED'>['data'];

function settingsIn({ url, display_name, trigger, context_messages, timeout_ms, settings_hash }: Settings) {
  return {
    ...{ url: sealedText(url), display_name: sealedText(display_name) },
    ...{ trigger, context_messages, timeout_ms, settings_hash },
  };
}

type Change<T extends ChatEvent['event_type']> = (row: AgentRow, event: EventOf<T>) => Partial<AgentRow>;

const CHANGES: { [T in ChatEvent['event_type']]?: Change<T> } = {
  CHAT_AGENT_UPDATED: (_row, { data }) => settingsIn(data),
  CHAT_AGENT_SECRET_ROTATED: ({ secrets }, { data, timestamp }) => ({ secrets: nextSecrets(secrets, data, timestamp) }),
  CHAT_AGENT_DELETED: (_row, { timestamp }) => ({
    ...{ deleted_at: timestamp, url: null, display_name: null, secrets: [] },
  }),
};

import { tenantId, type Draft } from '@threadlog/events';
import {
  agentsTable,
  deletionLogsTable,
  exportLogsTable,
  foldAgent,
  foldDeletion,
  foldExport,
  foldWebhookEndpoint,
  upsertSql,
  webhookEndpointsTable,
  type Database,
  type Table,
} from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import { historyOf, sealEvents } from '@threadlog/testing';

export const AGENT_ID = 'tutor';
export const WEBHOOK_ID = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d20';

const registered: Draft = {
  type: 'CHAT_WEBHOOK_REGISTERED',
  data: {
    ...{ webhook_id: WEBHOOK_ID, url: 'https://hooks.example/', description: null, secret: 'whsec_1', secret_id: 's1' },
    ...{ events: ['*'], filter: { learner_id: null, thread_types: null }, payload: 'full' },
  },
};

/** An endpoint of the tenant of `testActor`, as a projector would leave it. */
export async function registeredWebhook(database: Database, sealing: SealingService): Promise<void> {
  const place = { tenantId: tenantId('acme'), type: 'webhook' as const, id: WEBHOOK_ID, learnerId: null };
  const actor = { type: 'user', id: 'root', role: 'admin' } as const;
  const [event] = await sealEvents(sealing, { ...place, startedAt: 0 }, [
    { draft: registered, actor, authorId: null, month: null },
  ]);
  const row = foldWebhookEndpoint(null, event!, { partition: 0, offset: 0 });
  await database.query(upsertSql(webhookEndpointsTable as Table<object>, 'read_1', '$1'), [JSON.stringify([row])]);
}

export const REPLAY_ID = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d21';

/** A replay of it, as the worker would keep it. */
export async function askedForReplay(database: Database): Promise<void> {
  await database.query(
    `insert into threadlog.webhook_replays (replay_id, tenant_id, webhook_id, requested_at, requested_by, starts, ends, status)
     values ($1, 'acme', $2, now(), 'root', '0:0', '0:1', 'running')`,
    [REPLAY_ID, WEBHOOK_ID],
  );
}

/** An agent of the same tenant. */
export async function registeredAgent(database: Database, sealing: SealingService): Promise<void> {
  const place = { tenantId: tenantId('acme'), type: 'agent' as const, id: AGENT_ID, learnerId: null };
  const actor = { type: 'user', id: 'root', role: 'admin' } as const;
  const data = {
    ...{
      agent_id: AGENT_ID,
      url: 'https://agents.example/',
      display_name: 'Tutor',
      secret: 'whsec_1',
      secret_id: 's1',
    },
    ...{ trigger: 'every' as const, context_messages: 20, timeout_ms: 60_000, settings_hash: 'h'.repeat(22) },
  };
  const [event] = await sealEvents(sealing, { ...place, startedAt: 0 }, [
    { draft: { type: 'CHAT_AGENT_REGISTERED', data }, actor, authorId: null, month: null },
  ]);
  const rows = [foldAgent(null, event!)];
  await database.query(upsertSql(agentsTable as Table<object>, 'read_1', '$1'), [JSON.stringify(rows)]);
}

/** Requests about ada: an export, and an erasure with its receipt. */
export async function askedForPrivacy(database: Database): Promise<void> {
  const subject = { kind: 'user', id: 'ada' } as const;
  const asked = { requested_by: 'ada', subject };
  const events = historyOf(
    [
      { type: 'CHAT_PRIVACY_EXPORT_REQUESTED', data: { request_id: 'export', ...asked } },
      {
        type: 'CHAT_PRIVACY_DELETION_REQUESTED',
        data: { request_id: 'erasure', ...asked, reason: 'other', execute_after: '2026-01-01T00:00:00.000000Z' },
      },
      { type: 'CHAT_PRIVACY_DELETION_COMPLETED', data: { request_id: 'erasure', subject, receipt: '{"version":1}' } },
    ],
    { streamId: 'ada' },
  );
  const [exported, requested, completed] = events;
  const deletion = foldDeletion(foldDeletion(null, requested!), completed!);
  for (const [table, row] of [
    [exportLogsTable, foldExport(null, exported!)] as const,
    [deletionLogsTable, deletion] as const,
  ])
    await database.query(upsertSql(table as Table<object>, 'read_1', '$1'), [JSON.stringify([row])]);
}

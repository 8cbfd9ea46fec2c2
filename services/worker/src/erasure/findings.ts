import { createStatements, settingsBy, type Database, type Statements } from '@threadlog/read-models';
import type { Erased } from './state';

/** A message whose text is still there, as far as the read model knows. */
export interface FoundMessage {
  thread_id: string;
  message_index: number;
  message_id: string;
}
export type MessagePlace = Pick<FoundMessage, 'thread_id' | 'message_index'>;

/**
 * What there is to scrub, in one generation of the read model. What is parked is left out: nothing can be decided there
 * before an operator comes, and no key opens it. Pages go by place and by id; `after` is the last one of the page before.
 */
export interface Findings {
  /** Messages that somebody wrote, or all of a tenant, that are not deleted. */
  written(erased: Erased, after: MessagePlace, limit: number): Promise<FoundMessage[]>;
  /** Messages by anybody in the threads about the person that are not deleted; none for a tenant, which has `written`. */
  about(erased: Erased, after: MessagePlace, limit: number): Promise<FoundMessage[]>;
  /** Threads about the person, or all of a tenant, that are not deleted; sub-threads before their roots. */
  threads(erased: Erased, after: FoundThread, limit: number): Promise<FoundThread[]>;
  /** Threads whose title or metadata the person wrote last, and which hold them; none for a tenant, whose threads go whole. */
  settings(erased: Erased, after: string, limit: number): Promise<string[]>;
  /** People whose profile is there, after this one. */
  profiles(erased: Erased, after: string, limit: number): Promise<string[]>;
  /** Endpoints of a tenant; none for a person, whose text is not in them. */
  webhooks(erased: Erased, after: string, limit: number): Promise<string[]>;
  /** The same of its agents. */
  agents(erased: Erased, after: string, limit: number): Promise<string[]>;
}

export interface FoundThread {
  thread_id: string;
  is_root: boolean;
}

/** Before the first thread. */
export const NO_THREAD: FoundThread = { thread_id: '', is_root: false };

export const START: MessagePlace = { thread_id: '', message_index: 0 };

export function createFindings(database: Database, generation: number): Findings {
  const statements = createStatements({ database, generation: () => generation });
  return {
    written: ({ tenantId, personId }, after, limit) =>
      personId === null
        ? page(statements, allSql, [tenantId, after.thread_id, after.message_index, limit])
        : page(statements, writtenSql, [tenantId, after.thread_id, after.message_index, limit, personId]),
    about: ({ tenantId, personId }, after, limit) =>
      personId === null
        ? Promise.resolve([])
        : page(statements, aboutSql, [tenantId, after.thread_id, after.message_index, limit, personId]),
    threads: ({ tenantId, personId }, { is_root, thread_id }, limit) =>
      statements.planned<FoundThread>(threadsSql, [tenantId, personId, limit, is_root, thread_id]),
    async settings({ tenantId, personId }, after, limit) {
      if (personId === null) return [];
      const rows = await statements.planned<{ thread_id: string }>(settingsSql, [tenantId, personId, limit, after]);
      return rows.map(({ thread_id }) => thread_id);
    },
    async profiles({ tenantId, personId }, after, limit) {
      const rows = await statements.planned<{ user_id: string }>(profilesSql, [tenantId, personId, limit, after]);
      return rows.map(({ user_id }) => user_id);
    },
    async webhooks({ tenantId, personId }, after, limit) {
      if (personId !== null) return [];
      const rows = await statements.planned<{ webhook_id: string }>(webhooksSql, [tenantId, limit, after]);
      return rows.map(({ webhook_id }) => webhook_id);
    },
    async agents({ tenantId, personId }, after, limit) {
      if (personId !== null) return [];
      const rows = await statements.planned<{ agent_id: string }>(agentsSql, [tenantId, limit, after]);
      return rows.map(({ agent_id }) => agent_id);
    },
  };
}

function page(
  statements: Statements,
  text: (schema: string) => string,
  values: readonly unknown[],
): Promise<FoundMessage[]> {
  return statements.planned<FoundMessage>(text, values);
}

/** Whether the streams below a record key wait for an operator; `$1` is the tenant. */
export function isParked(schema: string, type: 'thread' | 'user' | 'webhook' | 'agent', id: string): string {
  const root = type === 'thread' ? `split_part(${id}, '~', 1)` : id;
  return `exists (select from ${schema}.parked_keys k where k.record_key = $1 || '/${type}/' || ${root})`;
}

/** Parameters: tenant, place after which, limit. */
const allSql = (schema: string): string => `
  select thread_id, message_index, message_id from ${schema}.message_refs r
  where tenant_id = $1 and (thread_id, message_index) > ($2, $3) and not deleted and not ${isParked(schema, 'thread', 'thread_id')}
  order by thread_id, message_index limit $4`;

/** And the author. */
const writtenSql = (schema: string): string => `
  select thread_id, message_index, message_id from ${schema}.message_refs r
  where tenant_id = $1 and sender_id = $5 and (thread_id, message_index) > ($2, $3) and not deleted
    and not ${isParked(schema, 'thread', 'thread_id')}
  order by thread_id, message_index limit $4`;

/** And the learner. */
const aboutSql = (schema: string): string => `
  select thread_id, message_index, message_id from ${schema}.threads t join ${schema}.message_refs r using (tenant_id, thread_id)
  where tenant_id = $1 and t.learner_id = $5 and (thread_id, message_index) > ($2, $3) and not r.deleted
    and not ${isParked(schema, 'thread', 'thread_id')}
  order by thread_id, message_index limit $4`;

/** Parameters: tenant, learner or null, limit, place after which. */
const threadsSql = (schema: string): string => `
  select thread_id, parent_thread_id is null as is_root from ${schema}.threads
  where tenant_id = $1 and ($2::text is null or learner_id = $2) and deleted_at is null
    and (parent_thread_id is null, thread_id) > ($4::boolean, $5)
    and not ${isParked(schema, 'thread', 'thread_id')}
  order by parent_thread_id is null, thread_id limit $3`;

/** Parameters: tenant, person, limit, thread after which. */
const settingsSql = (schema: string): string => `
  select thread_id from ${schema}.threads t
  where tenant_id = $1 and ${settingsBy('$2', 't')} and ${holdsSettingsOf('$2', 't')} and thread_id > $4
    and not ${isParked(schema, 'thread', 'thread_id')}
  order by thread_id limit $3`;

/** Whether a thread still holds a title or metadata that this person wrote. */
export function holdsSettingsOf(person: string, alias: string): string {
  return `(${alias}.title is not null and ${alias}.title_by = ${person}
    or ${alias}.metadata is not null and ${alias}.metadata_by = ${person})`;
}

/** Parameters: tenant, person or null, limit, person after whom. */
const profilesSql = (schema: string): string => `
  select user_id from ${schema}.users
  where tenant_id = $1 and ($2::text is null or user_id = $2) and user_id > $4 and removed_at is null
    and not ${isParked(schema, 'user', 'user_id')}
  order by user_id limit $3`;

/** Parameters: tenant, limit, endpoint after which. */
const agentsSql = (schema: string): string => `
  select agent_id from ${schema}.agents
  where tenant_id = $1 and agent_id > $3 and deleted_at is null and not ${isParked(schema, 'agent', 'agent_id')}
  order by agent_id limit $2`;

const webhooksSql = (schema: string): string => `
  select webhook_id from ${schema}.webhook_endpoints
  where tenant_id = $1 and webhook_id > $3 and deleted_at is null and not ${isParked(schema, 'webhook', 'webhook_id')}
  order by webhook_id limit $2`;

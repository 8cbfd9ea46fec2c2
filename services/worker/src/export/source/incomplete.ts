import { recordKey } from '@threadlog/events';
import { chunked, type Reading } from './reading';

/** A part of an export that is not whole: one of its events could not be processed and waits for an operator. */
export interface Incomplete {
  what: 'thread' | 'profile and reading' | 'requests';
  threadId?: string;
  /** `waits`: there up to that event; `closed`: not there at all. */
  reason: 'waits' | 'closed';
}

const PAGE = 500;

/** Of these threads and of the person's own streams. */
export async function findIncomplete(reading: Reading, threadIds: readonly string[]): Promise<Incomplete[]> {
  const found = await ownStreams(reading);
  for (const some of chunked(threadIds, PAGE)) {
    await reading.check();
    const rows = await reading.statements.rows<{ thread_id: string; closed: boolean }>(
      'export_incomplete',
      (schema) => `select thread_id, closed_at is not null as closed from ${schema}.threads
        where tenant_id = $1 and thread_id = any($2) and parked_offset is not null order by thread_id`,
      [reading.tenantId, some],
    );
    for (const { thread_id: threadId, closed } of rows) {
      found.push({ what: 'thread', threadId, reason: closed ? 'closed' : 'waits' });
    }
  }
  return found;
}

async function ownStreams({ tenantId, subject, statements }: Reading): Promise<Incomplete[]> {
  const keyOf = (type: 'user' | 'privacy'): string => recordKey({ tenantId, type, id: subject.id });
  const rows = await statements.rows<{ record_key: string }>(
    'export_own_parked',
    (schema) => `select record_key from ${schema}.parked_keys where record_key = any($1)`,
    [[keyOf('user'), keyOf('privacy')]],
  );
  return rows.map(({ record_key }): Incomplete => {
    return { what: record_key === keyOf('user') ? 'profile and reading' : 'requests', reason: 'waits' };
  });
}

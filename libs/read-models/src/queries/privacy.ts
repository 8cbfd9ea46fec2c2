import type { Subject, TenantId } from '@threadlog/events';
import type { Statements } from '../statements';

/** Whose erasure a request is; null where there is no such request. */
export async function subjectOfDeletion(
  statements: Statements,
  tenantId: TenantId,
  requestId: string,
): Promise<Subject | null> {
  const [row] = await statements.rows<Subject & Record<string, unknown>>(
    'subject_of_deletion',
    (schema) => `select subject_kind as kind, subject_id as id from ${schema}.chat_deletion_logs
      where tenant_id = $1 and request_id = $2`,
    [tenantId, requestId],
  );
  return row ? { kind: row.kind, id: row.id } : null;
}

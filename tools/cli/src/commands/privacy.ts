import type { LegalHoldResource, PrivacyRequestResource, RetentionResource } from '@threadlog/events';
import type { CommandContext } from '../context';
import { tenantOf } from '../given';
import { askOperations } from '../operations';
import { table, type Outcome } from '../outcome';
import { listOf, type OfTenant, type PageOptions } from './ofTenant';

const pathOf = (tenant: string, ...path: string[]) => ['ops', 'tenants', tenantOf(tenant), 'privacy', ...path];

/** Who is to be exported or erased, newest first. */
export const privacyRequests = (context: CommandContext, options: PageOptions): Promise<Outcome> =>
  listOf<PrivacyRequestResource>(context, pathOf(options.tenant, 'requests'), options, {
    headings: ['request', 'kind', 'subject', 'status', 'step', 'waits for', 'asked for', 'completed', 'error'],
    row: ({ id, kind, subject, status, progress, createdAt, completedAt, error }) => [
      ...[id, kind, `${subject.kind} ${subject.id}`, status, progress?.step, progress?.blockedBy],
      ...[createdAt, completedAt, error],
    ],
  });

/** The receipt of an erasure, as JSON: for `receipt verify`. */
export async function privacyReceipt(context: CommandContext, id: string, { tenant }: OfTenant): Promise<Outcome> {
  const receipt = await askOperations<object>(context, pathOf(tenant, 'requests', id, 'receipt'));
  return { ok: true, text: JSON.stringify(receipt, null, 2), json: receipt };
}

export async function privacyHolds(context: CommandContext, { tenant }: OfTenant): Promise<Outcome> {
  const answer = await askOperations<{ items: LegalHoldResource[] }>(context, pathOf(tenant, 'holds'));
  const rows = answer.items.map(({ id, subject, threadId, reason, reference, setBy, setAt }) => [
    ...[id, subject ? `${subject.kind} ${subject.id}` : `thread ${threadId}`, reason, reference, setBy, setAt],
  ]);
  const text =
    rows.length === 0 ? 'nothing is held' : table(['hold', 'of', 'reason', 'reference', 'by', 'since'], rows);
  return { ok: true, text, json: answer };
}

export async function privacyRetention(context: CommandContext, { tenant }: OfTenant): Promise<Outcome> {
  const answer = await askOperations<RetentionResource>(context, pathOf(tenant, 'retention'));
  const { days, source } = answer;
  return { ok: true, text: `${days === null ? 'for ever' : `${days} days`}, as the ${source} says`, json: answer };
}

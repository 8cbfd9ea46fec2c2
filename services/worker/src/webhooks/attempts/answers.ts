import { streamName, WEBHOOK_ANSWER_BYTES } from '@threadlog/events';
import type { Sealing } from '@threadlog/sealing';
import type { AttemptRecord } from './attemptRecord';

export type AnswerSealing = Pick<Sealing, 'sealer'>;

/** The begin of an answer as text, cut between characters; null where there is none. */
export function answerText(body: Buffer): string | null {
  // What is not whole at the end waits for more, which never comes.
  const text = new TextDecoder().decode(body.subarray(0, WEBHOOK_ANSWER_BYTES), { stream: true });
  return text === '' ? null : text;
}

/**
 * Answers may repeat what they were sent, so they are sealed: with the endpoint's key, as its URL is, which ends with the
 * tenant. An answer that cannot be sealed, since the tenant is being erased, is left out.
 */
export async function sealAnswers(
  sealing: AnswerSealing,
  records: readonly AttemptRecord[],
): Promise<(AttemptRecord & { sealed: string | null })[]> {
  const endpoints = Map.groupBy(
    records.filter(({ answer }) => answer !== null),
    ({ tenantId, webhookId }) => `${tenantId}/${webhookId}`,
  );
  const sealed = new Map<AttemptRecord, string>();
  for (const answered of endpoints.values()) {
    const { tenantId, webhookId } = answered[0]!;
    const scope = { tenantId, authorId: null, threadId: webhookId, month: null, learnerId: null };
    const sealer = await sealing.sealer(scope).catch(() => null);
    const stream = streamName({ tenantId, type: 'webhook', id: webhookId });
    for (const record of sealer ? answered : [])
      sealed.set(record, sealer!.seal(record.answer, { stream, eventId: record.eventId, field: 'answer' }).sealed);
  }
  return records.map((record) => ({ ...record, sealed: sealed.get(record) ?? null }));
}

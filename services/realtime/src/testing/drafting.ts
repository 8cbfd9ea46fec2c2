import { randomUUID } from 'node:crypto';
import { draftPlace, tenantId, type SignalData } from '@threadlog/events';
import type { SealingService } from '@threadlog/sealing';
import type { Signals } from '@threadlog/runtime';

const tenant = tenantId('acme');
type Said = Partial<Omit<SignalData<'AGENT_DRAFT'>, 'text'>> & {
  text?: { n: number; op: 'append' | 'replace'; text: string };
};

/** A worker's hand, which says of one run whatever a test wants said. */
export function drafting(
  { signals, sealing }: { signals(): Pick<Signals, 'publish'>; sealing(): SealingService },
  threadId: string,
  { runId = randomUUID() as string, askedBy = 'ada', attempt = 1 } = {},
) {
  const about = { thread_id: threadId, run_id: runId, agent_id: 'tutor', attempt };
  const month = new Date().toISOString().slice(0, 7);
  const scope = { tenantId: tenant, threadId, authorId: askedBy, month, learnerId: null };
  const say = async ({ text, ...rest }: Said): Promise<void> => {
    const data = { ...about, state: 'writing' as const, ...rest };
    if (!text) return signals().publish(tenant, 'AGENT_DRAFT', data);
    const { text: clear, ...at } = text;
    const sealer = await sealing().sealer(scope);
    const content = sealer.seal(clear, { ...draftPlace(data, at), eventId: randomUUID() });
    signals().publish(tenant, 'AGENT_DRAFT', { ...data, text: { ...at, content } });
  };
  return {
    runId,
    say,
    begins: () => say({ state: 'thinking' }),
    append: (n: number, text: string) => say({ text: { n, op: 'append', text } }),
    whole: (n: number, text: string) => say({ text: { n, op: 'replace', text } }),
    ends: (reason: SignalData<'AGENT_DRAFT'>['reason'], has_message?: boolean) =>
      say({ state: 'ended', reason, ...(has_message && { has_message }) }),
  };
}

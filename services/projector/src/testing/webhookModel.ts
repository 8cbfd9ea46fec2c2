import type { PrivacyModel, PrivacyStep } from './privacyModel';

export const WEBHOOK = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d20';

const sealed = (text: string): { sealed: string } => ({ sealed: `v1.${Buffer.from(text).toString('base64url')}` });
const ALL = { learner_id: null, thread_types: null };

/** What may happen to an endpoint: registered, then changed in any way; once it is deleted everything comes too late. */
export function createEndpoint(): PrivacyModel {
  let secrets = 0;
  const of = (type: PrivacyStep['type'], data: object = {}): PrivacyStep => ({
    type,
    data: { webhook_id: WEBHOOK, ...data },
  });
  return {
    next(kind, pick) {
      secrets += 1;
      const secret = { secret: sealed(`whsec_${secrets}`), secret_id: `s${secrets}` };
      if (secrets === 1) {
        const choice = { events: ['message.created'], filter: ALL, payload: 'full' };
        return of('CHAT_WEBHOOK_REGISTERED', {
          url: sealed('https://a.example'),
          description: null,
          ...choice,
          ...secret,
        });
      }
      // Seldom: everything comes too late behind it.
      if (pick === 49 && kind % 6 === 4) return of('CHAT_WEBHOOK_DELETED');
      const previous = { previous_secret_id: `s${secrets - 1 - (pick % 3)}`, previous_until: untilOf(pick) };
      const steps = [
        of('CHAT_WEBHOOK_UPDATED', { url: sealed(`https://b.example/${pick}`), description: sealed('b') }),
        of('CHAT_WEBHOOK_UPDATED', { events: ['*'], filter: { ...ALL, learner_id: 'lena' }, payload: 'thin' }),
        of('CHAT_WEBHOOK_UPDATED', { enabled: pick % 2 === 0 }),
        of('CHAT_WEBHOOK_SECRET_ROTATED', { ...secret, ...previous }),
        of('CHAT_WEBHOOK_DISABLED', { reason: 'failing' }),
        of('CHAT_WEBHOOK_RETRY_REQUESTED', { dead_letter: null }),
        of('CHAT_WEBHOOK_REPLAY_REQUESTED', { replay_id: WEBHOOK }),
        of('CHAT_WEBHOOK_REPLAY_CANCELLED', { replay_id: WEBHOOK }),
      ];
      return steps[(kind + pick) % steps.length]!;
    },
  };
}

/** Before and after the times at which histories happen. */
function untilOf(pick: number): string {
  return `2026-01-0${1 + (pick % 2)}T00:00:00.500000Z`;
}

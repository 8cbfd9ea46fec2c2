import type { PrivacyModel, PrivacyStep } from './privacyModel';

export const AGENT = 'constructor';

const sealed = (text: string): { sealed: string } => ({ sealed: `v1.${Buffer.from(text).toString('base64url')}` });

/** What may happen to a registered agent: it is changed in any way, goes, and may come again. */
export function createRegisteredAgent(): PrivacyModel {
  let secrets = 0;
  let isThere = false;
  const of = (type: PrivacyStep['type'], data: object = {}): PrivacyStep => ({
    type,
    data: { agent_id: AGENT, ...data },
  });
  const settings = (pick: number) => ({
    ...{ url: pick % 3 === 0 ? null : sealed(`https://a.example/${pick}`), display_name: sealed(`Tutor ${pick}`) },
    ...{ trigger: (['every', 'mention', 'off'] as const)[pick % 3], context_messages: 1 + pick, timeout_ms: 60_000 },
    settings_hash: String(pick).padStart(22, 'h'),
  });
  return {
    next(kind, pick) {
      secrets += 1;
      const secret = { secret: sealed(`whsec_${secrets}`), secret_id: `s${secrets}` };
      if (!isThere) {
        isThere = true;
        return of('CHAT_AGENT_REGISTERED', { ...settings(pick), ...secret });
      }
      const previous = { previous_secret_id: `s${secrets - 1 - (pick % 3)}`, previous_until: untilOf(pick) };
      if (pick % 10 === 9) {
        isThere = false;
        return of('CHAT_AGENT_DELETED');
      }
      return (kind + pick) % 2 === 0
        ? of('CHAT_AGENT_UPDATED', settings(pick))
        : of('CHAT_AGENT_SECRET_ROTATED', { ...secret, ...previous });
    },
  };
}

/** Before and after the times at which histories happen. */
function untilOf(pick: number): string {
  return `2026-01-0${1 + (pick % 2)}T00:00:00.500000Z`;
}

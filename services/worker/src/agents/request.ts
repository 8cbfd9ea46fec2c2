import { standard } from '../webhooks/sign';
import type { OpenRun } from './asks';
import type { ContextMessage } from './context';

/** What a chat route of the AI SDK expects, signed as webhooks are. */
export function requestOf(
  run: OpenRun & { runId: string },
  messages: readonly ContextMessage[],
  { secrets, now }: { secrets: readonly string[]; now: Date },
): { body: string; headers: Record<string, string> } {
  const { runId, threadId: id, triggerMessageId: messageId, tenantId } = run;
  const body = JSON.stringify({ id, messages, trigger: 'submit-message', messageId, runId, tenantId });
  const seconds = String(Math.floor(now.getTime() / 1_000));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream, text/plain, application/json',
      'webhook-id': runId,
      'webhook-timestamp': seconds,
      'webhook-signature': secrets.map((secret) => standard(secret, `${runId}.${seconds}.${body}`)).join(' '),
    },
  };
}

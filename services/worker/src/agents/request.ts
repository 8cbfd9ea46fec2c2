import { createHash } from 'node:crypto';
import { standard } from '../webhooks/sign';
import type { OpenRun } from './asks';
import type { ContextMessage } from './context';

/** The same for whoever runs it, however often: agents deduplicate by it. */
export function runIdOf({ tenantId, threadId, triggerMessageId, agentId }: OpenRun): string {
  const name = JSON.stringify(['agent-run', tenantId, threadId, triggerMessageId, agentId]);
  const hex = createHash('sha256').update(name).digest('hex');
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

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

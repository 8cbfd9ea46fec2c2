import type { Actor } from '@threadlog/auth';
import type { MessageRow } from '@threadlog/read-models';
import { auditPage, type AuditItem } from '../audit/page';
import type { QueryContext } from '../context';

/** A run that is over, with an answer or without one. */
export interface LastRun {
  runId: string;
  threadId: string;
  at: string;
  /** `complete`, `stopped`, `failed` with an answer; else why there is none. */
  outcome: string;
  answered: boolean;
  /** From the message that asked to the answer, or the end; null where that message is not there. */
  seconds: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  model: string | null;
}

/** The last runs of an agent, newest first: at most `limit` that it answered, and so many that it did not. The caller has checked that the actor may read it. */
export async function lastRuns(
  context: QueryContext,
  actor: Actor,
  agentId: string,
  limit: number,
): Promise<LastRun[]> {
  const of = (type: string) =>
    auditPage(context.statements, actor, { actorId: agentId, type, cursor: null, limit }).then(({ items }) => items);
  const [posted, ended] = await Promise.all([of('CHAT_MESSAGE_CREATED'), of('CHAT_AGENT_RUN_ENDED')]);
  const byIds = async (ids: (string | null)[]) => {
    const wanted = [...new Set(ids.filter((id) => id !== null))];
    const rows = wanted.length === 0 ? [] : await context.messages().byIds(actor.tenantId, wanted);
    return new Map(rows.map((row) => [row.message_id, row]));
  };
  const answers = [...(await byIds(posted.map(({ messageId }) => messageId))).values()].filter(
    ({ run }) => run !== null,
  );
  const triggers = await byIds([...answers.map(({ run }) => run!.trigger_message_id), ...ended.map(triggerOf)]);
  const runs = [
    ...answers.map((answer) => answeredBy(answer, triggers)),
    ...ended.map((item) => endedWith(item, triggers)),
  ];
  return runs.sort((one, other) => (one.at < other.at ? 1 : -1));
}

type Triggers = ReadonlyMap<string, MessageRow>;

function answeredBy({ run, thread_id, created_at }: MessageRow, triggers: Triggers): LastRun {
  const { run_id, trigger_message_id, finish, input_tokens, output_tokens, model } = run!;
  return {
    ...{ runId: run_id, threadId: thread_id, at: created_at, outcome: finish, answered: true },
    seconds: secondsFrom(triggers.get(trigger_message_id), created_at),
    ...{ inputTokens: input_tokens ?? null, outputTokens: output_tokens ?? null, model: model ?? null },
  };
}

function endedWith(item: AuditItem, triggers: Triggers): LastRun {
  const { run_id: runId, reason } = (item.detail ?? {}) as Record<string, string>;
  return {
    ...{ runId: String(runId), threadId: String(item.threadId), at: item.at, outcome: String(reason), answered: false },
    seconds: secondsFrom(triggers.get(triggerOf(item) ?? ''), item.at),
    ...{ inputTokens: null, outputTokens: null, model: null },
  };
}

function triggerOf({ detail }: AuditItem): string | null {
  const id = detail?.trigger_message_id;
  return typeof id === 'string' ? id : null;
}

function secondsFrom(trigger: MessageRow | undefined, at: string): number | null {
  if (!trigger) return null;
  return Math.max(0, Math.round((Date.parse(at) - Date.parse(trigger.created_at)) / 100) / 10);
}

import {
  collect,
  mediaTypeOf,
  said,
  STREAMS,
  type Fault,
  type Heard,
  type Listening,
  type Progress,
  type ReadStream,
  type Said,
} from '@threadlog/agents';
import { attachmentSchema, idSchema, LIMITS, metadataInputSchema } from '@threadlog/events';
import {
  CONVERSATION_PATIENCE,
  OutboundError,
  type Answer,
  type OutboundClient,
  type Patience,
} from '@threadlog/outbound';
import { z } from 'zod';

/** `retry`: nothing came, and another try may help. */
export type Asked = Said | { kind: 'silent' } | { kind: 'failed' | 'retry'; reason: Fault; status: number | null };

export interface AskOptions {
  client: OutboundClient;
  url: string;
  /** The operator's own address. */
  trusted: boolean;
  /** Connections are shared, and bounded, within it. */
  pool?: string;
  patience?: Patience | undefined;
}

const JSON_ANSWER = z.object({
  content: z.string().default(''),
  metadata: metadataInputSchema.nullable().default(null),
  attachments: z.array(attachmentSchema).max(LIMITS.attachments).default([]),
  mentions: z.array(idSchema).max(LIMITS.mentions).default([]),
});

const NOBODY: Progress = { text: () => undefined, tool: () => undefined };

/** Asks an agent once, and reads its answer whatever form it has. Rejects with the signal's reason alone. */
export async function ask(
  { client, url, trusted, pool, patience = CONVERSATION_PATIENCE }: AskOptions,
  request: { body: string; headers: Record<string, string> },
  signal: AbortSignal,
  progress: Progress = NOBODY,
): Promise<Asked> {
  const answer = await client.open(
    { url, method: 'POST', ...request, trusted, signal, ...(pool && { pool }) },
    patience,
  );
  signal.throwIfAborted();
  if (answer.kind === 'failed') {
    return { kind: answer.reason === 'refused' ? 'failed' : 'retry', reason: faultIn(answer), status: null };
  }
  const { status, body } = answer;
  const read = status >= 200 && status <= 299 ? readerOf(answer) : undefined;
  if (!read) {
    answer.discard();
    return withoutBody(status);
  }
  return askedBy(await read(body, { signal, progress, faultOf }), status);
}

function askedBy(heard: Heard | { kind: 'unreadable' }, status: number): Asked {
  if (heard.kind === 'unreadable') return { kind: 'failed', reason: 'failed', status };
  return heard.kind === 'broken' ? { kind: 'retry', reason: heard.reason, status } : heard;
}

function withoutBody(status: number): Asked {
  if (status === 204) return { kind: 'silent' };
  const mayHelp = status >= 500 || [408, 425, 429].includes(status);
  return { kind: mayHelp ? 'retry' : 'failed', reason: 'failed', status };
}

/** What became of the connection, as far as the agent's run goes. */
function faultIn({ reason }: Pick<OutboundError, 'reason'>): Fault {
  return reason.endsWith('timeout') ? 'timeout' : 'failed';
}
const faultOf = (error: unknown): Fault | null => (error instanceof OutboundError ? faultIn(error) : null);

/** By content type; none for what is no answer. */
function readerOf({ headers }: Answer): Read | undefined {
  const type = mediaTypeOf(headers['content-type']);
  return type === 'application/json' ? readJson : STREAMS[type];
}

type Read = ReadStream | typeof readJson;

/** An answer that is whole or nothing. */
async function readJson(body: AsyncIterable<Buffer>, listening: Listening): Promise<Heard | { kind: 'unreadable' }> {
  const { text, fault } = await collect(body, { ...listening, progress: NOBODY });
  if (fault) return { kind: 'broken', reason: fault };
  try {
    const { content, ...rest } = JSON_ANSWER.parse(JSON.parse(text));
    return said(content, { ...rest, finish: 'complete' });
  } catch {
    return { kind: 'unreadable' };
  }
}

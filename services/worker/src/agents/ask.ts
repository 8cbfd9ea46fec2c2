import {
  attachmentSchema,
  idSchema,
  LIMITS,
  metadataInputSchema,
  type Attachment,
  type JsonObject,
} from '@threadlog/events';
import {
  CONVERSATION_PATIENCE,
  OutboundError,
  type Answer,
  type OutboundClient,
  type Patience,
} from '@threadlog/outbound';
import { z } from 'zod';
import { readUiStream } from './uiStream';
import { firstCharacters, stored } from './written';

/** What an agent says in the end. */
export interface Said {
  kind: 'said';
  content: string;
  attachments: Attachment[];
  metadata: JsonObject | null;
  mentions: string[];
  finish: 'complete' | 'stopped' | 'failed';
  usage: { inputTokens?: number; outputTokens?: number; toolCalls?: number; model?: string };
}
/** `retry`: nothing came, and another try may help. */
export type Asked =
  Said | { kind: 'silent' } | { kind: 'failed' | 'retry'; reason: 'failed' | 'timeout'; status: number | null };

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
const MODEL = /^[A-Za-z0-9._:@|+/-]{1,128}$/;

/** Hears how far an answer has come, while it comes. */
export interface Progress {
  /** All of its text until now. */
  text(soFar: string): void;
  tool(): void;
}
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
    const reason = answer.reason.endsWith('timeout') ? 'timeout' : 'failed';
    return { kind: answer.reason === 'refused' ? 'failed' : 'retry', reason, status: null };
  }
  const read = answer.status >= 200 && answer.status <= 299 ? readerOf(answer) : undefined;
  if (read) return read(answer, signal, progress);
  answer.discard();
  return withoutBody(answer.status);
}

function withoutBody(status: number): Asked {
  if (status === 204) return { kind: 'silent' };
  const mayHelp = status >= 500 || [408, 425, 429].includes(status);
  return { kind: mayHelp ? 'retry' : 'failed', reason: 'failed', status };
}

/** By content type; none for what is no answer. */
function readerOf({ headers }: Answer): Read | undefined {
  return READERS[(headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()];
}

type Read = (answer: Answer, signal: AbortSignal, progress: Progress) => Promise<Asked>;

const READERS: Partial<Record<string, Read>> = {
  'application/json': readJson,
  'text/plain': readText,
  'text/event-stream': readEvents,
};

async function readJson({ body, status }: Answer, signal: AbortSignal): Promise<Asked> {
  const { text, fault } = await collect(body, signal);
  if (fault) return broken('', fault, status);
  try {
    const { content, ...rest } = JSON_ANSWER.parse(JSON.parse(text));
    return said(content, { ...rest, finish: 'complete' });
  } catch {
    return { kind: 'failed', reason: 'failed', status };
  }
}

async function readText({ body, status }: Answer, signal: AbortSignal, progress: Progress): Promise<Asked> {
  const { text, fault } = await collect(body, signal, progress);
  return fault ? broken(text, fault, status) : said(text, { finish: 'complete' });
}

async function readEvents({ body, status }: Answer, signal: AbortSignal, progress: Progress): Promise<Asked> {
  let soFar = '';
  const heard = {
    text(now: string) {
      soFar = now;
      progress.text(now);
    },
    tool: progress.tool.bind(progress),
  };
  try {
    const { text, end, toolCalls, inputTokens, outputTokens, model } = await readUiStream(body, heard);
    if (end === 'broken' || end === 'error') return broken(text, null, status);
    const known = {
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
    };
    const usage = { ...known, toolCalls, ...(model !== undefined && MODEL.test(model) && { model }) };
    return said(text, { finish: end === 'abort' ? 'stopped' : 'complete', usage });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutboundError)) throw error;
    return broken(soFar, error, status);
  }
}

/** What was said before it broke off counts; where nothing was, another try may help. */
function broken(text: string, fault: OutboundError | null, status: number): Asked {
  const reason = fault?.reason.endsWith('timeout') ? 'timeout' : 'failed';
  return text.trim() === '' ? { kind: 'retry', reason, status } : said(text, { finish: 'failed' });
}

/** What was said, in the form of a message. */
export function said(text: string, rest: Partial<Said> & Pick<Said, 'finish'>): Asked {
  const whole = stored(text);
  const content = firstCharacters(whole, LIMITS.contentCharacters);
  const isTooLong = content.length < whole.length;
  const none = { attachments: [], metadata: null, mentions: [], usage: {} };
  if (content.trim() === '' && (rest.attachments ?? []).length === 0) return { kind: 'silent' };
  return { kind: 'said', content, ...none, ...rest, ...(isTooLong && { finish: 'failed' as const }) };
}

async function collect(body: AsyncIterable<Buffer>, signal: AbortSignal, progress: Progress = NOBODY) {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const piece of body) {
      text += decoder.decode(piece, { stream: true });
      progress.text(text);
    }
    return { text: text + decoder.decode(), fault: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutboundError)) throw error;
    return { text, fault: error };
  }
}

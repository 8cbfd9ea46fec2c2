import { broken, said, type Fault, type Heard, type Progress } from './said';
import { readUiStream } from './uiStream';

const MODEL = /^[A-Za-z0-9._:@|+/-]{1,128}$/;

export interface Listening {
  /** Rejects with its reason what it aborts. */
  signal: AbortSignal;
  progress: Progress;
  /** What an error says of the body that threw it; null for one that is none of the body's. */
  faultOf(error: unknown): Fault | null;
}

/** Reads what an agent says while it says it, whoever opened the connection. */
export type ReadStream = (body: AsyncIterable<Buffer>, listening: Listening) => Promise<Heard>;

/** Answers that come bit by bit, by content type. */
export const STREAMS: Readonly<Record<string, ReadStream>> = {
  'text/plain': readText,
  'text/event-stream': readEvents,
};

/** A content type without its parameters. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]!.trim().toLowerCase();
}

async function readText(body: AsyncIterable<Buffer>, listening: Listening): Promise<Heard> {
  const { text, fault } = await collect(body, listening);
  return fault ? broken(text, fault) : said(text, { finish: 'complete' });
}

async function readEvents(body: AsyncIterable<Buffer>, listening: Listening): Promise<Heard> {
  const { progress } = listening;
  let soFar = '';
  const heard = {
    text(now: string) {
      soFar = now;
      progress.text(now);
    },
    tool: () => progress.tool(),
  };
  try {
    const { text, end, toolCalls, inputTokens, outputTokens, model } = await readUiStream(body, heard);
    if (end === 'broken' || end === 'error') return broken(text, 'failed');
    const known = {
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
    };
    const usage = { ...known, toolCalls, ...(model !== undefined && MODEL.test(model) && { model }) };
    return said(text, { finish: end === 'abort' ? 'stopped' : 'complete', usage });
  } catch (error) {
    return broken(soFar, faultIn(error, listening));
  }
}

/** All of a text, or as much of it as came. */
export async function collect(
  body: AsyncIterable<Buffer>,
  listening: Listening,
): Promise<{ text: string; fault: Fault | null }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const piece of body) {
      text += decoder.decode(piece, { stream: true });
      listening.progress.text(text);
    }
    return { text: text + decoder.decode(), fault: null };
  } catch (error) {
    return { text, fault: faultIn(error, listening) };
  }
}

/** What an error says of a stream; throws what aborted it, and what is none of the stream's. */
export function faultIn(error: unknown, { signal, faultOf }: Pick<Listening, 'signal' | 'faultOf'>): Fault {
  signal.throwIfAborted();
  const fault = faultOf(error);
  if (fault === null) throw error;
  return fault;
}

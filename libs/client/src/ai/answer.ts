import type { UIMessage, UIMessageChunk } from 'ai';
import type { Draft, ShownMessage, ThreadSnapshot } from '../index.ts';

/** What an answer says of itself beside its text. */
export interface AnswerMetadata {
  threadId: string;
  runId: string | null;
  /** Once it is in the thread. */
  messageId?: string;
  messageIndex?: number;
  /** How the agent ended: `complete`, `stopped`, … */
  finish?: string;
}

export type AnswerMessage = UIMessage<AnswerMetadata>;

/** An answer as far as it was told. */
export interface Answer {
  threadId: string;
  /** Index of the question: what comes behind it may be the answer. */
  after: number;
  /** Runs that are about something else. */
  former: Set<string>;
  /** The run that answers; null until it is known. */
  runId: string | null;
  started: boolean;
  /** What was told of its text; null before its beginning. */
  text: string | null;
  /** Whether the agent is known to be at work. */
  running: boolean;
  done: boolean;
}

/** The answer to what stands at an index, or the one of a run. */
export function answerTo(
  threadId: string,
  from: { after: number; former: Iterable<string> } | { runId: string },
): Answer {
  const known = 'runId' in from;
  return {
    ...{ threadId, runId: known ? from.runId : null, after: known ? Infinity : from.after },
    ...{ former: new Set(known ? [] : from.former), started: false, text: null, running: false, done: false },
  };
}

const REASONS: Record<string, string> = {
  failed: 'The agent failed.',
  timeout: 'The agent took too long.',
  no_answer: 'The agent gave no answer.',
};
export const BEGUN_AGAIN = 'The agent has begun its answer again: resume to see it.';

/** Goes on to what a view shows now. Changes the answer; returns what is to be told. */
export function proceed(answer: Answer, { messages, drafts }: ThreadSnapshot): UIMessageChunk[] {
  const message = messages.find((one) => isAnswer(answer, one));
  const draft = drafts.find(({ runId }) =>
    answer.runId === null ? !answer.former.has(runId) : runId === answer.runId,
  );
  answer.running = draft !== undefined && draft.state !== 'ended';
  if (message) return withMessage(answer, message);
  return draft ? withDraft(answer, draft) : [];
}

function isAnswer({ after, runId }: Answer, { state, senderType, messageIndex, run }: ShownMessage): boolean {
  if (state !== 'sent') return false;
  return runId === null ? senderType === 'agent' && messageIndex > after : run?.runId === runId;
}

/** Everything in its order: the message has the last word. */
function withMessage(answer: Answer, message: ShownMessage): UIMessageChunk[] {
  const { id, messageIndex, content, run } = message;
  const begun = begin(answer, run?.runId ?? null, id);
  const text = extend(answer, content ?? '');
  if (answer.done) return [...begun, ...text];
  const messageMetadata: AnswerMetadata = {
    ...{ threadId: answer.threadId, runId: answer.runId, messageId: id, messageIndex, finish: run?.finish },
  };
  return [...begun, ...text, ...end(answer), { type: 'finish', messageMetadata }];
}

function withDraft(answer: Answer, { runId, state, reason, text }: Draft): UIMessageChunk[] {
  if (state !== 'ended') return [...begin(answer, runId, runId), ...extend(answer, text)];
  if (reason === 'superseded' && answer.text === null) {
    // Another message was posted behind the question before anything was said: the next run answers both.
    answer.former.add(runId);
    [answer.runId, answer.started] = [null, false];
    return [];
  }
  if (reason === 'superseded') return [...end(answer), { type: 'abort', reason }];
  if (reason === 'silent') return [...begin(answer, runId, runId), ...end(answer), { type: 'finish' }];
  // `complete` and `stopped` may be told before their message comes, and `lost` is begun again.
  return reason && reason in REASONS ? fail(answer, REASONS[reason]!) : [];
}

const partOf = ({ runId }: Answer) => runId ?? 'text';

function begin(answer: Answer, runId: string | null, messageId: string): UIMessageChunk[] {
  if (answer.started) return [];
  answer.started = true;
  answer.runId = runId;
  const messageMetadata: AnswerMetadata = { threadId: answer.threadId, runId };
  // Named by the run, so that it has the same name where it is resumed.
  return [{ type: 'start', messageId: runId ?? messageId, messageMetadata }];
}

/** What was told cannot be taken back: a text that is another one ends it. */
function extend(answer: Answer, text: string): UIMessageChunk[] {
  const told = answer.text ?? '';
  if (told.startsWith(text)) return [];
  if (!text.startsWith(told)) return fail(answer, BEGUN_AGAIN);
  const id = partOf(answer);
  const start: UIMessageChunk[] = answer.text === null ? [{ type: 'text-start', id }] : [];
  answer.text = text;
  return [...start, { type: 'text-delta', id, delta: text.slice(told.length) }];
}

function end(answer: Answer): UIMessageChunk[] {
  answer.done = true;
  return answer.text === null ? [] : [{ type: 'text-end', id: partOf(answer) }];
}

export function fail(answer: Answer, errorText: string): UIMessageChunk[] {
  return [...end(answer), { type: 'error', errorText }];
}

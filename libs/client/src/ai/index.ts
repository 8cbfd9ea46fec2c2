import type { ChatTransport, UIMessage } from 'ai';
import type { ChatClient, Message, ThreadView } from '../index.ts';
import { answerTo, type Answer, type AnswerMessage } from './answer.ts';
import { seen, streamOf, unsupported } from './stream.ts';

export type { AnswerMessage, AnswerMetadata } from './answer.ts';

export interface ChatTransportOptions {
  client: ChatClient;
  /** Aborting (`stop()` of `useChat`) stops the agent, for everybody in the thread. Otherwise only this stream ends. */
  stopOnAbort?: boolean;
  /** Without an agent at work a stream ends with an error after so long; 60 seconds where nothing is said. */
  patienceMs?: number;
}

export interface ThreadlogTransport extends ChatTransport<AnswerMessage> {
  /** Stops what agents are about to say in a thread, for everybody: what was said becomes the message. */
  stop(threadId: string): Promise<void>;
}

/** How long it is waited for a connection before a question goes out, or nothing is found to resume. */
const LIVE_WITHIN_MS = 10_000;
/** Drafts come right behind the end of a resume. */
const DRAFT_WITHIN_MS = 1500;

/**
 * A transport of the AI SDK over a thread: `chatId` is the thread's id. A message of the user is posted to the thread, and the
 * answer is what an agent then says there, as it comes. Other people's messages are not part of it.
 */
export function createChatTransport(options: ChatTransportOptions): ThreadlogTransport {
  const { client, stopOnAbort = false, patienceMs = 60_000 } = options;
  const stopRun = (threadId: string, runId: string) => client.agents.stop(threadId, runId);
  const follow = (view: ThreadView, answer: Answer, signal: AbortSignal | undefined) =>
    streamOf(view, answer, {
      ...{ patienceMs, signal },
      aborted({ threadId, runId, running }) {
        // Where it ends in the same moment there is nothing to stop.
        if (stopOnAbort && running && runId !== null) stopRun(threadId, runId).catch(() => undefined);
      },
    });
  return {
    resumeStreamIsReplay: true,
    async sendMessages({ trigger, chatId, messages, abortSignal }) {
      if (trigger !== 'submit-message') throw unsupported('What was said in a thread stays: nothing is said again.');
      const content = textOf(messages.at(-1));
      return held(client.thread(chatId), async (view) => {
        await live(view);
        const former = view.getSnapshot().drafts.map(({ runId }) => runId);
        const { messageIndex } = await post(view, content, abortSignal);
        return follow(view, answerTo(chatId, { after: messageIndex, former }), abortSignal);
      });
    },
    reconnectToStream: ({ chatId, abortSignal }) =>
      held(client.thread(chatId), async (view) => {
        if (!(await live(view))) return null;
        const runId = await seen(view, ({ getSnapshot }) => running(getSnapshot().drafts)[0]?.runId, DRAFT_WITHIN_MS);
        return runId === undefined ? null : follow(view, answerTo(chatId, { runId }), abortSignal);
      }),
    async stop(threadId) {
      const { drafts } = client.thread(threadId).getSnapshot();
      await Promise.all(running(drafts).map(({ runId }) => stopRun(threadId, runId)));
    },
  };
}

const running = <Draft extends { state: string }>(drafts: readonly Draft[]) =>
  drafts.filter(({ state }) => state !== 'ended');

const live = (view: ThreadView) =>
  seen(view, ({ getSnapshot }) => (getSnapshot().status === 'live' ? true : undefined), LIVE_WITHIN_MS);

/** The view stays open for as long as this takes; who goes on with it opens it before this ends. */
async function held<Result>(view: ThreadView, work: (view: ThreadView) => Promise<Result>): Promise<Result> {
  const release = view.subscribe(() => undefined);
  try {
    return await work(view);
  } finally {
    release();
  }
}

/** Rejects where it is refused or aborted; then it does not wait in the view, as the caller has it. */
async function post(view: ThreadView, content: string, signal: AbortSignal | undefined): Promise<Message> {
  const { localId, sent } = view.send(content);
  const abort = () => view.discard(localId);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    return await sent;
  } catch (error) {
    view.discard(localId);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function textOf(message: UIMessage | undefined): string {
  if (message?.role !== 'user') throw unsupported('The last message is not the user’s.');
  const texts = message.parts.map((part) => {
    if (part.type !== 'text') throw unsupported(`A message with a part ${part.type} cannot be posted.`);
    return part.text;
  });
  return texts.join('\n');
}

/** Messages of a thread as the AI SDK has them: those to begin a chat with. */
export function toUIMessages(messages: readonly Message[]): AnswerMessage[] {
  return messages
    .filter(({ deletedAt }) => deletedAt === null)
    .map(({ id, threadId, messageIndex, senderType, content, run }) => ({
      id: run?.runId ?? id,
      role: senderType === 'agent' ? 'assistant' : senderType === 'system' ? 'system' : 'user',
      parts: [{ type: 'text', text: content ?? '' }],
      metadata: { threadId, runId: run?.runId ?? null, messageId: id, messageIndex, finish: run?.finish },
    }));
}

import type { UIMessageChunk } from 'ai';
import { ChatError } from '../errors.ts';
import type { ThreadView } from '../index.ts';
import { fail, proceed, type Answer } from './answer.ts';

export interface StreamOptions {
  /** Without an agent at work the stream ends after so long. */
  patienceMs: number;
  signal?: AbortSignal;
  /** The caller does not want it any more; nothing of the agent is stopped by itself. */
  aborted(answer: Answer): void;
}

/** The answer as it comes along in a view, which it keeps open until the end. */
export function streamOf(view: ThreadView, answer: Answer, options: StreamOptions): ReadableStream<UIMessageChunk> {
  let close = () => undefined as void;
  return new ReadableStream<UIMessageChunk>({
    start(controller) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const tell = (chunks: UIMessageChunk[]) => {
        for (const chunk of chunks) controller.enqueue(chunk);
        if (!answer.done) return;
        close();
        controller.close();
      };
      const wait = () => {
        if (answer.running) return void (clearTimeout(timer), (timer = undefined));
        timer ??= setTimeout(() => tell(fail(answer, 'No answer has come.')), options.patienceMs);
      };
      const look = () => {
        if (answer.done) return;
        tell(proceed(answer, view.getSnapshot()));
        if (!answer.done) wait();
      };
      const abort = () => {
        if (answer.done) return;
        answer.done = true;
        options.aborted(answer);
        tell([{ type: 'abort' }]);
      };
      const unsubscribe = view.subscribe(look);
      close = () => {
        clearTimeout(timer);
        unsubscribe();
        options.signal?.removeEventListener('abort', abort);
      };
      options.signal?.addEventListener('abort', abort);
      if (options.signal?.aborted) abort();
      else look();
    },
    cancel() {
      answer.done = true;
      close();
    },
  });
}

/** Resolves as soon as a view shows what is looked for, or with undefined after so long. */
export function seen<Found>(
  view: ThreadView,
  look: (view: ThreadView) => Found | undefined,
  withinMs: number,
): Promise<Found | undefined> {
  return new Promise((resolve) => {
    const end = (found: Found | undefined) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(found);
    };
    const timer = setTimeout(() => end(undefined), withinMs);
    const unsubscribe = view.subscribe(() => {
      const found = look(view);
      if (found !== undefined) end(found);
    });
    const found = look(view);
    if (found !== undefined) end(found);
  });
}

export const unsupported = (message: string) => new ChatError('unsupported', message);

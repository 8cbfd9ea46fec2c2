import { problem, type ProblemError } from '@threadlog/events';
import type { Frame } from '../frames';
import { createDeque, type Deque } from '../log/deque';

/** What waits for one stream's reader. */
export interface FrameQueue {
  push(frame: Frame): void;
  /** Bytes of the frames that wait. */
  bytes(): number;
  /** Nothing comes after this: `next` rejects with the problem once what waits was taken, or at once where it is dropped. */
  end(why: ProblemError, options?: { discard: boolean }): void;
  /** The next frame, when there is one. One call at a time. */
  next(): Promise<Frame>;
}

export function createFrameQueue(): FrameQueue {
  let waiting: Deque<Frame> = createDeque();
  let bytes = 0;
  let ended: ProblemError | undefined;
  let reader: PromiseWithResolvers<Frame> | undefined;

  function answer(): void {
    if (!reader) return;
    const first = waiting.shift();
    if (first) {
      bytes -= sizeOf(first);
      reader.resolve(first);
    } else if (ended) reader.reject(ended);
    else return;
    reader = undefined;
  }

  return {
    push(frame) {
      if (ended) return;
      waiting.push(frame);
      bytes += sizeOf(frame);
      answer();
    },
    bytes: () => bytes,
    end(why, { discard } = { discard: false }) {
      if (ended) return;
      ended = why;
      if (discard) {
        waiting = createDeque();
        bytes = 0;
      }
      answer();
    },
    next() {
      if (reader) return Promise.reject(problem('internal', 'A stream has one reader.'));
      reader = Promise.withResolvers();
      const { promise } = reader;
      answer();
      return promise;
    },
  };
}

/** A frame goes to many streams: it is measured once. */
const sizes = new WeakMap<Frame, number>();

function sizeOf(frame: Frame): number {
  const known = sizes.get(frame);
  if (known !== undefined) return known;
  const size = Buffer.byteLength(JSON.stringify(frame.payload));
  sizes.set(frame, size);
  return size;
}

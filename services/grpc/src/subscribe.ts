import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { problem } from '@threadlog/events';
import { callOf, type Call } from './call';
import { responseOf } from './frames';
import type { SubscribeRequest } from './gen/chat/v1/chat_pb';
import type { GrpcLimits } from './limits';
import { createPlaces } from './places';
import type { EventStream, EventStreams } from './ports';
import type { Refuse } from './refuse';

export interface SubscribeDeps {
  streams: EventStreams;
  refuse: Refuse;
  limits: Pick<GrpcLimits, 'streamsPerConnection' | 'streamEndMs'>;
  isServing(): boolean;
}

/** The method `Subscribe`: what somebody listens to, until it goes or the stream is ended. */
export function createSubscribe({ streams, refuse, limits, isServing }: SubscribeDeps) {
  const takePlace = createPlaces(limits.streamsPerConnection);

  function open(request: SubscribeRequest, call: Call): EventStream {
    if (!isServing()) throw problem('unavailable', 'The process stops.', { retryAfter: 1 });
    const leavePlace = takePlace(call.connection);
    try {
      const stream = streams.open({ actor: call.actor!, address: call.address, ...asked(request) });
      const leave = once(() => {
        stream.leave();
        leavePlace();
      });
      return { ...stream, leave };
    } catch (error) {
      leavePlace();
      throw error;
    }
  }

  return async function* subscribe(request: SubscribeRequest, context: HandlerContext) {
    const call = callOf(context);
    let done: (() => void) | undefined;
    try {
      const stream = open(request, call);
      done = endingOf(stream, { context, call, ms: limits.streamEndMs });
      for (;;) {
        const response = responseOf(await stream.next());
        if (response) yield response;
      }
    } catch (error) {
      throw refuse(call, context.signal.aborted ? whyAborted(context.signal) : error, context);
    } finally {
      done?.();
    }
  };
}

function asked({ threads, andOthers }: SubscribeRequest): { resume: Record<string, number> | null; only: boolean } {
  if (threads.length === 0) return { resume: null, only: false };
  const resume = Object.fromEntries(threads.map(({ threadId, seq }) => [threadId, Number(seq)]));
  return { resume, only: !andOthers };
}

/**
 * Leaves the stream as soon as its caller has gone, even while nothing comes. Who does not take the end of a stream that we
 * ended is cut off: it would keep what waits for it, and its place.
 */
function endingOf(
  stream: EventStream,
  { context, call, ms }: { context: HandlerContext; call: Call; ms: number },
): () => void {
  let cut: NodeJS.Timeout | undefined;
  const { signal } = context;
  signal.addEventListener('abort', stream.leave, { once: true });
  if (signal.aborted) stream.leave();
  stream.whenClosed(() => (cut = setTimeout(call.cut, ms)));
  return () => {
    signal.removeEventListener('abort', stream.leave);
    stream.leave();
    clearTimeout(cut);
  };
}

function whyAborted({ reason }: AbortSignal): ConnectError {
  return reason instanceof ConnectError ? reason : new ConnectError('The caller has gone.', Code.Canceled);
}

function once(run: () => void): () => void {
  let ran = false;
  return () => {
    if (ran) return;
    ran = true;
    run();
  };
}

import type { Actor } from '@threadlog/auth';
import { problem, rootThreadId, type ServerFrame } from '@threadlog/events';
import { admit, type AdmitDeps } from '../connect/admit';
import { openConnection, type OpenDeps } from '../connect/open';
import { inSteps } from '../connect/inSteps';
import type { Wire } from '../rooms/connection';
import type { Hub } from './hub';
import { createStreamWire } from './wire';

export interface StreamRequest {
  actor: Actor;
  /** What it comes from. */
  address: string;
  /** Seqs that the client has, by thread; null for none. Not checked yet. */
  resume: unknown;
  /** Follow the threads of `resume` alone, not all of the user's. */
  only: boolean;
}

/** Frames of the realtime protocol for somebody who only listens. */
export interface EventStream {
  /** The next frame, when there is one. Rejects with the problem that the stream ended with, or was closed by `leave`. */
  next(): Promise<ServerFrame>;
  /** Calls back once when no more frames are to come but those that wait. */
  whenClosed(listener: () => void): void;
  /** Ends it and gives its place back. Has to be called, however it ended; again changes nothing. */
  leave(): void;
}

/** What listens without a socket joins here: the rooms, rights and bounds are those of sockets. */
export interface EventStreams {
  /** Throws problems: `unavailable`, `overloaded`, `forbidden`, `invalid_request`, `rate_limited`. */
  open(request: StreamRequest): EventStream;
  /** Closes all streams, spread over some time: their clients come back, to another instance. */
  drain(withinMs: number): Promise<void>;
}

export interface StreamsDeps extends AdmitDeps {
  hub: Hub;
  /** Null while nobody is let in: before the log is caught up, while draining, at the end. */
  session(): OpenDeps | null;
}

export function createEventStreams(deps: StreamsDeps): EventStreams {
  const open = new Set<Wire>();
  return {
    open({ actor, address, ...asked }) {
      const session = deps.session();
      if (!session) throw problem('unavailable', 'Streams are not served at the moment.', { retryAfter: 1 });
      if (session.connections.size >= session.limits.connections) throw problem('overloaded', 'Too many connections.');
      const { resume, slot } = admit(deps, actor, asked.resume);
      const only = asked.only ? new Set([...(resume?.keys() ?? [])].map(rootThreadId)) : null;
      const { wire, next, whenClosed } = createStreamWire(deps.hub);
      open.add(wire);
      whenClosed(() => open.delete(wire));
      openConnection(session, { wire, actor, address, resume, only, whenClosed });
      return {
        next,
        whenClosed,
        leave() {
          wire.close();
          slot.leave();
        },
      };
    },
    drain: (withinMs) => inSteps([...open], withinMs, (wire) => wire.close()),
  };
}

import type { AgentStreams } from '@threadlog/agents';
import { createDispatch, type DispatchDeps } from '../commands/dispatch';
import { createSocketRuns } from '../commands/runs';
import { openConnection, type OpenDeps } from '../connect/open';
import type { Handshake } from './authenticate';
import { createWire, type RealtimeSocket } from './wire';

export interface SessionDeps extends OpenDeps {
  commands: DispatchDeps;
  agentStreams: Pick<AgentStreams, 'take'>;
}

/** One authenticated socket: what it is told, and what it says. */
export function openSession(deps: SessionDeps, socket: RealtimeSocket, handshake: Handshake): void {
  const { actor, resume, address, slot } = handshake;
  const { connection, started } = openConnection(deps, {
    wire: createWire(socket),
    ...{ actor, address, resume },
    only: null,
    whenClosed: (listener) => void socket.once('disconnect', listener),
  });
  const runs = createSocketRuns(deps.agentStreams, deps.limits.agentResumeMs);
  socket.once('disconnect', runs.closed);
  const dispatch = createDispatch({ connection, started, runs, takeTyping: slot.typing.take }, deps.commands);
  // The one place that all packets pass: also those of events that nobody knows count against the limits.
  socket.use(([event, ...args]) => void dispatch(event, args));
}

import type { Actor } from '@threadlog/auth';
import { createSignals } from '@threadlog/runtime';
import { createLogger, createMetrics } from '@threadlog/service';
import { eventually } from '@threadlog/testing';
import { createAgents, type AgentsDeps } from '@threadlog/worker';
import { io, type Socket } from 'socket.io-client';
import { startAgentService, type AgentService, type Replying } from './agentService';
import { tokenOf, type givenStandalone } from './standalone';

/** Long enough for a machine that stands still now and then. */
export const PATIENT = { timeoutMs: 60_000, intervalMs: 20 };
export const AGENT_SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;

export interface Told {
  name: string;
  runId?: string;
  state?: string;
  reason?: string;
  n: number;
  op: string;
  text: string;
  content?: string;
  conversationId?: string;
  run?: { runId: string; finish: string };
}
export interface Viewer {
  socket: Socket;
  frames: Told[];
}

/** An agent's service, workers that ask it beside the others, and who reads along. Everything it opened ends with its test. */
export function draftScenesOf(api: ReturnType<typeof givenStandalone>, first: Replying) {
  const ends: (() => unknown)[] = [];
  let service: AgentService;
  let logged = '';
  beforeEach(async () => void (service = await startAgentService(first)));
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await service.close();
  });
  const hears = (text: string): void => void (logged += text);
  const agentOf = (id: string) => ({ id, url: service.url, secrets: [AGENT_SECRET], contextMessages: 20 });

  /** A worker beside the others, which has signals of its own as another process has. */
  async function startWorker(agentId: string, more: Partial<AgentsDeps> = {}): Promise<() => Promise<void>> {
    const runtime = api.runtime();
    const stopping = new AbortController();
    const destination = { write: (line: string) => void hears(line) };
    const logger = createLogger({ service: 'test', level: 'debug', destination });
    const signals = createSignals({ openTopic: runtime.openTopic, logger });
    const agents = createAgents({
      ...{ ...runtime, router: api.router(), signals, logger, reader: agentId, retriesMs: [50] },
      agent: agentOf(agentId),
      metrics: createMetrics({ defaults: false }),
      ...more,
    });
    const running = Promise.all([signals.run(stopping.signal), agents.run(stopping.signal)]);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await running;
    };
    ends.push(stop);
    await untilFollowed(more.reader ?? agentId);
    return stop;
  }

  function untilFollowed(reader: string): Promise<void> {
    const { database, log } = api.runtime();
    return eventually(async () => {
      const positions = 'select 1 from threadlog.agent_positions where agent_id = $1';
      expect((await database.query(positions, [reader])).rows).toHaveLength(log.partitions);
    }, PATIENT);
  }

  async function view(actor: Actor, resume?: Record<string, number>): Promise<Viewer> {
    const socket = io(api.sockets(), {
      ...{ transports: ['websocket'], forceNew: true, reconnection: false },
      auth: { token: tokenOf(actor), resume },
    });
    ends.push(() => socket.disconnect());
    const frames: Told[] = [];
    socket.onAny((name: string, payload: object) => frames.push({ ...payload, name } as Told));
    await eventually(() => expect(frames.map(({ name }) => name)).toContain('hello'), PATIENT);
    return { socket, frames };
  }

  return { ends, service: () => service, startWorker, untilFollowed, view, hears, logged: () => logged };
}

/** What a client shows of a run, by the rules of the protocol, as each frame leaves it; ends with its message. */
export function draftsOf({ frames }: Viewer, runId: string): string[] {
  let last = 0;
  let text: string | null = null;
  const seen: string[] = [];
  const end = frames.findIndex(({ name, run }) => name === 'message:new' && run?.runId === runId);
  const before = end < 0 ? frames : frames.slice(0, end);
  for (const { op, n, text: piece } of before.filter((told) => told.name === 'agent:text' && told.runId === runId)) {
    if (op === 'replace') text = piece;
    else if (text !== null && n === last + 1) text += piece;
    else throw new Error(`text ${n} follows nothing`);
    last = n;
    seen.push(text);
  }
  return seen;
}
export const shows = (viewer: Viewer, runId: string, text: string) =>
  eventually(() => expect(draftsOf(viewer, runId).at(-1)).toBe(text), PATIENT);
export const messageOf = ({ frames }: Viewer, runId: string) =>
  eventually(() => {
    const found = frames.find(({ name, run }) => name === 'message:new' && run?.runId === runId);
    if (!found) throw new Error('it has not come');
    return found;
  }, PATIENT);
export const statesOf = ({ frames }: Viewer, runId?: string) =>
  frames.flatMap((told) =>
    told.name === 'agent:run' && (runId ?? told.runId) === told.runId ? [told.reason ?? told.state] : [],
  );

import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRouter } from '@threadlog/commands';
import { rootThreadId, type ChatEvent } from '@threadlog/events';
import type { EventLog, LogBatch } from '@threadlog/log';
import { createOutboundClient, type Patience } from '@threadlog/outbound';
import { createProjectionWait, lookAtServed, type Database, type MessageStore } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import { aborted, type Logger, type Metrics, type Service } from '@threadlog/service';
import { eventsIn } from '../feed/openEvents';
import { logEnds } from '../feed/positions';
import { ask } from './ask';
import { candidateOf, type OpenRun } from './asks';
import { createContext } from './context';
import { createAgentObserver, type AgentObserver } from './observe';
import { createRuns, type Runs } from './runs';
import { createAgentStore, type AgentStore } from './store';
import { asking, visibleFrom } from './surroundings';

/** An agent that is asked by request. */
export interface AgentEndpoint {
  id: string;
  url: string;
  /** The operator's own address. */
  trusted: boolean;
  secrets: readonly string[];
  contextMessages: number;
}

export interface AgentDeps {
  database: Database;
  log: EventLog;
  sealing: SealingService;
  messageStore(generation: number): MessageStore;
  router: CommandRouter;
  logger: Logger;
  metrics: Metrics;
  agent: AgentEndpoint;
  /** For tests. */
  now?(): Date;
  retriesMs?: readonly number[];
  patience?: Patience;
}

const RETRY_MS = 1_000;
/** After the last of them a run has failed. */
const RETRIES_MS = [1_000, 5_000, 30_000, 120_000];
/** With nobody who asks the position is stored so often: what is read again costs little. */
const IDLE_STORE_MS = 1_000;

/** Asks one agent for answers in the conversations it takes part in, from when it is first known on. */
export function createAgent(deps: AgentDeps): Service {
  const observer = createAgentObserver(deps.metrics);
  return {
    name: `agent ${deps.agent.id}`,
    async run(signal) {
      while (!signal.aborted) {
        await follow(deps, observer, signal).catch((err: unknown) => {
          if (!signal.aborted) deps.logger.warn({ err }, 'an agent is not asked, trying again');
        });
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

async function follow(deps: AgentDeps, observer: AgentObserver, stop: AbortSignal): Promise<void> {
  const { database, log, agent, now = () => new Date(), retriesMs = RETRIES_MS } = deps;
  const store = createAgentStore(database, agent.id);
  const positions = await begin(deps, store);
  const client = createOutboundClient();
  const ending = new AbortController();
  const signal = AbortSignal.any([stop, ending.signal]);
  const place = { ...deps, agentId: agent.id };
  const runs = createRuns(
    {
      ...{ ...place, store, now, retriesMs, secrets: agent.secrets, onEnd: observer.ended },
      context: createContext({ ...deps, contextMessages: agent.contextMessages }),
      visibleFrom: (run) => visibleFrom(place, run),
      ask: (request, asked) => ask({ client, ...agent, patience: deps.patience }, request, asked),
    },
    signal,
  );
  for (const run of await store.openRuns()) runs.start(run);
  const look = createLook(deps, { store, runs, positions, signal });
  const subscription = await log.follow({ name: 'agents', start: positions, onBatch: look });
  await aborted(stop).finally(() => ending.abort());
  await Promise.all([subscription.stop(), runs.idle()]);
  client.close();
}

/** One that was never asked begins with what happens from now on. */
async function begin({ database, log }: AgentDeps, store: AgentStore) {
  const positions = await store.positions();
  if (positions.size === log.partitions) return positions;
  for (const [partition, end] of await logEnds(database, log)) {
    if (positions.has(partition)) continue;
    await store.advance(partition, end, []);
    positions.set(partition, end);
  }
  return positions;
}

interface Looking {
  store: AgentStore;
  runs: Runs;
  positions: Awaited<ReturnType<AgentStore['positions']>>;
  signal: AbortSignal;
}

/** Looks at what is new: who asks is noted together with the position, and only then asked for. */
function createLook(deps: AgentDeps, { store, runs, positions, signal }: Looking): (batch: LogBatch) => Promise<void> {
  const projected = createProjectionWait({ look: () => lookAtServed(deps.database) });
  const place = { ...deps, agentId: deps.agent.id };
  const storedAt = new Map<number, number>();
  return async ({ partition, next, records }) => {
    const from = positions.get(partition)?.offset ?? 0;
    const events = eventsIn(records.filter(({ offset }) => offset >= from));
    const candidates = events.flatMap((event) => candidateOf(event, place.agentId) ?? []);
    let found: OpenRun[] = [];
    if (candidates.length > 0) {
      await projected.until(new Map([[partition, next.offset]]), { signal });
      found = await asking(place, candidates);
    }
    const now = performance.now();
    if (found.length > 0 || now - (storedAt.get(partition) ?? -Infinity) > IDLE_STORE_MS) {
      await store.advance(partition, next, found);
      storedAt.set(partition, now);
    }
    positions.set(partition, next);
    for (const run of found) runs.start(run);
    for (const event of events) endBy(runs, event, place.agentId);
  };
}

/** What takes the ground from under runs. The writer would refuse their answers; this saves the agent the work. */
function endBy(runs: Runs, event: ChatEvent, agentId: string): void {
  const isHere = (run: OpenRun): boolean =>
    run.tenantId === event.tenant_id && rootThreadId(run.threadId) === rootThreadId(event.stream_id);
  switch (event.event_type) {
    case 'CHAT_AGENT_MODE_CHANGED':
      return runs.end((run) => isHere(run) && run.askedAt <= event.timestamp, 'stopped');
    case 'CHAT_THREAD_DELETED':
      return runs.end(isHere, 'stopped');
    case 'CHAT_MESSAGE_DELETED':
      return runs.end((run) => isHere(run) && run.triggerMessageId === event.data.message_id, 'stopped');
    case 'CHAT_PARTICIPANT_REMOVED':
      if (event.data.user_id === agentId) runs.end((run) => isHere(run) && run.askedAt <= event.timestamp, 'stopped');
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { createAgentObserver, createDraft, learnerOf, silentDraft, timed, type AgentObserver } from '@threadlog/agents';
import type { CommandRouter } from '@threadlog/commands';
import { composedName } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import { createOutboundClient, type OutboundOptions, type Patience } from '@threadlog/outbound';
import type { Signals } from '@threadlog/runtime';
import { createProjectionWait, lookAtServed, type Database, type MessageStore } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import { aborted, type Logger, type Metrics, type Service } from '@threadlog/service';
import { logEnds } from '../feed/positions';
import { ask } from './ask';
import { createContext } from './context';
import { createDirectory, type AgentDirectory, type OperatorsAgent } from './directory';
import { createLook } from './look';
import { registeredAgents } from './opened';
import type { ReachableAgent, RunDeps } from './run';
import { createRuns } from './runs';
import { heedStops } from './stops';
import { createAgentStore, type AgentStore } from './store';
import { visibleFrom } from './surroundings';
import { createTurns, MAX_RUNS } from './turns';

export interface AgentsDeps {
  database: Database;
  log: EventLog;
  sealing: SealingService;
  messageStore(generation: number): MessageStore;
  router: CommandRouter;
  logger: Logger;
  metrics: Metrics;
  /** The operator's, which answers in all tenants. */
  agent: OperatorsAgent | null;
  /** By which sockets are told what an agent is about to say. */
  signals?: Pick<Signals, 'publish'> | undefined;
  /** Where tenants' agents may be; the public internet by https alone by default. */
  outbound?: Pick<OutboundOptions, 'allowHttp' | 'allowedRanges'>;
  /** For tests. */
  reader?: string;
  now?(): Date;
  retriesMs?: readonly number[];
  patience?: Patience;
}

/** Under which name it stands how far the log was read for agents; no agent's id. */
const READER = '*';
const RETRY_MS = 1_000;
/** After the last of them a run has failed. */
const RETRIES_MS = [1_000, 5_000, 30_000, 120_000];

/** Asks agents for answers in the conversations they take part in, from when each is first known on. */
export function createAgents(deps: AgentsDeps): Service {
  const observer = createAgentObserver(deps.metrics);
  return {
    name: 'agents',
    async run(signal) {
      while (!signal.aborted) {
        await follow(deps, observer, signal).catch((err: unknown) => {
          if (!signal.aborted) deps.logger.warn({ err }, 'agents are not asked, trying again');
        });
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

async function follow(deps: AgentsDeps, observer: AgentObserver, stop: AbortSignal): Promise<void> {
  const { database, log, reader = READER } = deps;
  const store = createAgentStore(database, reader);
  const positions = await begin(deps, store);
  const projected = createProjectionWait({ look: () => lookAtServed(database) });
  // What the positions have passed is not read again, so it has to be in what is read here.
  const seen = await projected.until(offsetsOf(positions), { signal: stop });
  const directory = createDirectory(deps, await registeredAgents(database, seen!.generation));
  const client = createOutboundClient({ ...deps.outbound, maxConnectionsPerHost: MAX_RUNS });
  const ending = new AbortController();
  const signal = AbortSignal.any([stop, ending.signal]);
  const agentOf: RunDeps['agentOf'] = (run) => reachable(deps, { directory, client, observer }, run);
  const runs = createRuns(runDeps(deps, { store, directory, observer, agentOf }), signal);
  for (const run of await store.openRuns()) runs.start(run);
  const directoryFrom = seen!.offsets;
  const onBatch = createLook({ ...deps, directory, directoryFrom, store, runs, positions, projected }, signal);
  const subscription = await log.follow({ name: 'agents', start: positions, onBatch });
  const heeding = heedStops({ ...deps, store, runs }, signal);
  await aborted(stop).finally(() => ending.abort());
  await Promise.all([subscription.stop(), runs.idle(), heeding]);
  client.close();
}

/** Told to sockets over all instances; a process that has no signals tells nobody. */
function draftsOf({ database, sealing, signals }: AgentsDeps): RunDeps['draftOf'] {
  if (!signals) return silentDraft;
  return (run) => createDraft({ publish: signals.publish, sealing, learnerOf: (of) => learnerOf(database, of) }, run);
}

/** Where nothing was read before, it begins with what happens from now on. */
async function begin({ database, log }: AgentsDeps, store: AgentStore) {
  const positions = await store.positions();
  if (positions.size === log.partitions) return positions;
  for (const [partition, end] of await logEnds(database, log)) {
    if (positions.has(partition)) continue;
    await store.advance(partition, end, []);
    positions.set(partition, end);
  }
  return positions;
}

const offsetsOf = (positions: Awaited<ReturnType<AgentStore['positions']>>): ReadonlyMap<number, number> =>
  new Map([...positions].map(([partition, { offset }]) => [partition, offset]));

interface Parts {
  store: AgentStore;
  directory: AgentDirectory;
  observer: AgentObserver;
  agentOf: RunDeps['agentOf'];
}

function runDeps(deps: AgentsDeps, { store, directory, observer, agentOf }: Parts): RunDeps & { logger: Logger } {
  const { now = () => new Date(), retriesMs = RETRIES_MS } = deps;
  return {
    ...{ ...deps, store, now, retriesMs, agentOf },
    context: createContext(deps),
    visibleFrom: (run) => visibleFrom({ ...deps, directory }, run),
    inTurn: createTurns(({ tenantId, agentId }) => directory.find(tenantId, agentId)?.byRole === false),
    draftOf: draftsOf(deps),
    onEnd: observer.ended,
  };
}

interface Reaching {
  directory: AgentDirectory;
  client: ReturnType<typeof createOutboundClient>;
  observer: AgentObserver;
}

async function reachable(
  { now = () => new Date() }: AgentsDeps,
  { directory, client, observer }: Reaching,
  { tenantId, agentId }: Parameters<RunDeps['agentOf']>[0],
): Promise<ReachableAgent | null> {
  const agent = directory.find(tenantId, agentId);
  const reach = agent && (await directory.reach(tenantId, agentId, now()));
  if (!agent || !reach) return null;
  const { url, trusted, patience, secrets } = reach;
  const pool = trusted ? agentId : composedName(tenantId, agentId);
  return {
    ...{ secrets, contextMessages: agent.contextMessages },
    ask: observed(observer, (...asked) => ask({ client, url, trusted, patience, pool }, ...asked)),
  };
}

/** Tells how long the first of an answer took, and what all of it did. */
function observed(observer: AgentObserver, asking: ReachableAgent['ask']): ReachableAgent['ask'] {
  return async (request, signal, progress) => {
    const asked = await asking(request, signal, timed(observer, progress));
    if (asked.kind === 'said') observer.used(asked.usage);
    return asked;
  };
}

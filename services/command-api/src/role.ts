import { createAgentStreams } from '@threadlog/agents';
import type { CommandRouter, ForwardClient } from '@threadlog/commands';
import type { TenantId } from '@threadlog/events';
import {
  activeGeneration,
  createAllProjected,
  createReadingQueries,
  createStatements,
  describeLoss,
  offsetsOf,
  readLogLosses,
  subjectOfDeletion,
  stopRun,
} from '@threadlog/read-models';
import { readModelThere, servedRoutes, shedWrites, type Runtime, type Signals } from '@threadlog/runtime';
import { mountRoutes, onOwnBehalf, strictRouter, type LastWrites, type Role, type Service } from '@threadlog/service';
import { commandRoutes } from './allRoutes';
import { createSystemClock } from './clock';
import type { CommandApiConfig } from './config';
import { createLookUps, type LookUps } from './http/lookUps';
import { createWebhookUrls } from './http/webhookUrls';
import type { Owner } from './ownership/owner';
import type { LeaseStore } from './ownership/ports';
import { createCommandRouter, rememberWrites } from './router/commandRouter';
import { forwardedTo } from './router/forwardedTo';
import { forwardEndpoint } from './router/forwardEndpoint';
import { createForwarding, forwardOver } from './router/forwarding';
import { createOwnerDirectory } from './router/ownerDirectory';
import { createPostgresLeases } from './store/postgresLeases';
import { createPostgresReadModel, type PostgresReadModel } from './store/postgresReadModel';
import { createChatWrites, type ChatWrites } from './surfaces/v1/chatWrites';
import type { Sending } from './http/carryOut';
import { createWriter } from './writer';

export interface CommandApi extends Role {
  /** Everybody else's way to write, in this process. */
  router: CommandRouter;
  /** The writes of `/v1`, for other surfaces of this process. */
  chat: ChatWrites;
}

export interface CommandApiDeps extends Pick<
  Runtime,
  'database' | 'log' | 'sealing' | 'admission' | 'messageStore' | 'logger' | 'metrics' | 'opsUrl' | 'clock' | 'shedding'
> {
  config: CommandApiConfig;
  /** Shared with the query API of the same process, which lets an actor's reads wait for its writes. */
  lastWrites?: LastWrites;
  /** By which sockets are told what agents are about to say; without them nobody is. */
  signals?: Pick<Signals, 'publish'>;
  /** Checks every reply against its declared schema. For tests. */
  checkReplies?: boolean;
}

/** Decides commands as the single writer of its partitions, and forwards those of others. */
export function createCommandApi(deps: CommandApiDeps): CommandApi {
  const { config, log, admission, opsUrl } = deps;
  const clock = createSystemClock(deps.clock.wallMs);
  const leases = createPostgresLeases(deps.database);
  const { signer, client } = createForwarding(config, deps.clock.now);
  const { owner, executor, readModel, holds } = createWriter(deps, clock, leases);
  const localRouter = createCommandRouter({
    executor,
    clock,
    sealing: deps.sealing,
    directory: createOwnerDirectory(leases, clock),
    partitions: log.partitions,
    forward: forwardOver(client),
    ownUrl: opsUrl,
    onFault: (error) => deps.logger.error({ err: error }, 'a command could not be routed'),
  });
  const { shedding } = deps;
  const router = rememberWrites(shedWrites(localRouter, shedding), deps.lastWrites);
  const forwarded = forwardedTo(localRouter, shedding);
  const lookUps = lookUpsOf(deps, readModel);
  const sending = { router, timeoutMs: config.COMMAND_TIMEOUT_MS };
  const agentStreams = createAgentStreams({ signals: undefined, ...deps, ...sending, asked: lookUps.asked });
  const routeDeps = {
    ...sending,
    lookUps,
    logId: log.logId,
    basePath: config.BASE_PATH,
    webhookUrl: createWebhookUrls({
      allowHttp: config.OUTBOUND_ALLOW_HTTP,
      allowedRanges: config.OUTBOUND_ALLOWED_RANGES,
    }),
    readmit: (tenantId: TenantId, subjectId: string) => deps.sealing.readmit(tenantId, subjectId),
    takeStream: agentStreams.take,
  };
  const routes = mountRoutes(strictRouter(), servedRoutes(commandRoutes, config), {
    deps: routeDeps,
    admission,
    checkReplies: deps.checkReplies,
  });
  return {
    name: 'command-api',
    router,
    chat: createChatWrites(routeDeps),
    routes,
    opsRoutes: strictRouter().use(forwardEndpoint(forwarded, signer)),
    checks: [{ name: 'command-api', check: () => requireReachable(deps, owner, leases) }],
    longRequests: agentStreams,
    // Who cannot load streams yet must own no partition: it would keep it from those that can.
    run: async (signal) =>
      (await readModelThere(deps.database, { ...deps, signal }))
        ? runAll({ owner, executor, holds, client }, signal)
        : client.close(),
  };
}

/** The writes of `/v1` in a process that has no command API: through whatever router it has. */
export function createRemoteChatWrites(
  deps: Pick<CommandApiDeps, 'database' | 'log' | 'messageStore'> & Sending,
): ChatWrites {
  const { router, timeoutMs, log, database, messageStore } = deps;
  const lookUps = lookUpsOf({ database, log, messageStore }, createPostgresReadModel({ database, messageStore }));
  return createChatWrites({ router, timeoutMs, lookUps, logId: log.logId });
}

/** A look-up that finds nothing waits so long for the projection; milliseconds. */
const PROJECTION_WAIT_MS = 2_000;

function lookUpsOf(
  { database, log, messageStore }: Pick<CommandApiDeps, 'database' | 'log' | 'messageStore'>,
  readModel: PostgresReadModel,
): LookUps {
  const { generation } = readModel;
  const statements = createStatements({ database, generation });
  // The checkpoints of the read model itself: what was waited for is in the generation that is asked next.
  const look = async () => ({ offsets: offsetsOf(await onOwnBehalf(readModel.checkpoints)) });
  return createLookUps({
    queries: createReadingQueries({ database, generation }),
    stopRun: (run) => stopRun(database, run),
    message: async (tenantId, id) => (await messageStore(await activeGeneration(database)).byIds(tenantId, [id]))[0],
    subjectOfDeletion: (tenantId, requestId) => subjectOfDeletion(statements, tenantId, requestId),
    allProjected: createAllProjected({ log, look, waitMs: PROJECTION_WAIT_MS }),
  });
}

/** Ready once every partition has an owner somewhere: then every command can be brought to one. */
async function requireReachable(
  { database, log: { partitions } }: CommandApiDeps,
  owner: Owner,
  leases: LeaseStore,
): Promise<void> {
  const own = new Set(owner.serving());
  const others = [...Array(partitions).keys()].filter((partition) => !own.has(partition));
  const owners = await Promise.all(others.map((partition) => leases.ownerOf(partition)));
  const orphaned = others.filter((_partition, index) => owners[index] === null);
  if (orphaned.length === 0) return;
  const losses = (await readLogLosses(database)).map(describeLoss);
  throw new Error([...losses, `partitions without an owner: ${orphaned.join(', ')}`].join('; '));
}

interface Running {
  owner: Service;
  executor: Service;
  holds: Service;
  client: ForwardClient;
}

/** The executor outlives the owner: until the partitions are given back, acks still come in and are worth waiting for. */
async function runAll({ owner, executor, holds, client }: Running, signal: AbortSignal): Promise<void> {
  const given = new AbortController();
  const beside = [executor.run(given.signal), holds.run(given.signal)];
  try {
    await owner.run(signal);
  } finally {
    given.abort();
    await Promise.all(beside);
    await client.close();
  }
}

import { randomUUID } from 'node:crypto';
import { activeGeneration, logEnds, noteLogLoss, readKnownLengths } from '@threadlog/read-models';
import type { Runtime } from '@threadlog/runtime';
import { v7 as uuidv7 } from 'uuid';
import { createWindow, type Clock } from './clock';
import type { CommandApiConfig } from './config';
import { createCommandFaults, createOwnershipMetrics } from './metrics';
import { LEASE_TIMING } from './ownership/leaseDeadline';
import { createOwner } from './ownership/owner';
import type { LeaseStore } from './ownership/ports';
import { createExecutor } from './pipeline/executor';
import { createExtras } from './store/extras';
import { createHoldsCache } from './store/holdsCache';
import { createPostgresReadModel } from './store/postgresReadModel';
import { createRowAnswers } from './store/rowAnswers';

/** Largest event: well below the broker's limit for a batch, which is one partition's share of a send. */
const MAX_EVENT_BYTES = 400 * 1024;
const HOUR_MS = 3_600_000;

interface WriterDeps extends Pick<
  Runtime,
  'database' | 'log' | 'sealing' | 'messageStore' | 'logger' | 'metrics' | 'opsUrl' | 'shedding'
> {
  config: CommandApiConfig;
}

/** The owner of partitions and the executor of commands on them. */
export function createWriter(deps: WriterDeps, clock: Clock, leases: LeaseStore) {
  const { config, database, log, sealing, messageStore, logger } = deps;
  const limits = {
    maxMessagesPerThread: config.MAX_MESSAGES_PER_THREAD,
    maxParticipants: config.MAX_PARTICIPANTS_PER_THREAD,
    erasureGraceHours: config.ERASURE_GRACE_HOURS,
    retentionDays: config.MESSAGE_RETENTION_DAYS ?? null,
  };
  const windowStart = createWindow(clock, config.IDEMPOTENCY_WINDOW_HOURS * HOUR_MS);
  const readModel = createPostgresReadModel({ database, messageStore });
  const shared = { clock, readModel, windowStart, newEventId: uuidv7 };
  const owner = createOwner({
    ...shared,
    instance: { ownerId: randomUUID(), url: deps.opsUrl },
    leases,
    lengths: { known: () => readKnownLengths(database), note: (loss) => noteLogLoss(database, loss) },
    log,
    timing: LEASE_TIMING,
    observer: createOwnershipMetrics(deps),
  });
  const holds = createHoldsCache({
    database,
    clock,
    generation: () => activeGeneration(database),
    ends: () => logEnds(log),
    onFault: (error) => logger.warn({ err: error }, 'legal holds not read, trying again'),
  });
  const executor = createExecutor({
    ...shared,
    holdsOf: holds.of,
    extrasOf: createExtras({ database, generation: readModel.generation }, sealing),
    owner,
    sealing,
    limits,
    answers: createRowAnswers({ database, sealing, messageStore, limits, generation: readModel.generation }),
    maxEventBytes: MAX_EVENT_BYTES,
    shed: deps.shedding.shed,
    ...createCommandFaults(deps),
  });
  return { owner, executor, readModel, holds };
}

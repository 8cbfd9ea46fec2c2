import type { TokenVerifier } from '@threadlog/auth';
import type { EventLog } from '@threadlog/log';
import type { MessageStore } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import type {
  Admission,
  HealthCheck,
  HttpServer,
  Logger,
  Metrics,
  RateLimits,
  Service,
  ServiceInfo,
  Shedding,
} from '@threadlog/service';
import type { RequestListener } from 'node:http';
import type { Pool } from 'pg';
import type { AuxiliaryTopic } from './auxiliaryTopic';
import type { RuntimeConfig } from './config';
import type { Erasures } from './erasures/erasures';
import type { SharedClock } from './sharedClock';

/**
 * What every role of a process shares, made once. Roles take what they need from it: `createX(runtime)` or
 * `createX({ ...runtime, more })`; none of them closes any of it.
 */
export interface Runtime {
  config: RuntimeConfig;
  info: ServiceInfo;
  logger: Logger;
  metrics: Metrics;
  /** Postgres: read models, leases, checkpoints. Migrated. Ends after all roles. */
  database: Pool;
  /** The same database without a pooler in between: for what lives as long as a connection does, as advisory locks. */
  sessions: Pool;
  /** The time that instances agree on; for what one of them writes and another checks. */
  clock: SharedClock;
  /** Names a clock of this machine that is wrong. */
  clockCheck: HealthCheck;
  /** The events topic; it is there and is the one that the database was built from. */
  log: EventLog;
  /** Opens another topic, created where it is missing; closed with the runtime. */
  openTopic(topic: AuxiliaryTopic): Promise<EventLog>;
  sealing: SealingService;
  /** Destroys keys so that no restored database brings them back. */
  erasures: Erasures;
  verifier: TokenVerifier;
  /** Bearer tokens, internal secrets and rate limits, for `mountRoutes`. */
  admission: Admission;
  /** The buckets behind `admission`, for sockets. */
  rateLimits: RateLimits;
  /** What the process refuses so that it does not take on more than it can hold. */
  shedding: Shedding;
  /** Messages of a generation: in MongoDB when `MONGO_URL` is set, else in Postgres. */
  messageStore(generation: number): MessageStore;
  /** Whether MongoDB answers, where messages are there. */
  mongoCheck: HealthCheck | undefined;
  /** Where other instances reach this process's operations port. */
  opsUrl: string;
  /** What runs beside the roles. */
  background: Service[];
  /** The operations port, listening since the start; `runRoles` gives it its routes. */
  ops: OpsServer;
  /** Closes what is shared, after all roles have ended. Idempotent. */
  close(): Promise<void>;
}

/** A server that listens before it is known what it serves: addresses have to be known when roles are made. */
export interface OpsServer {
  http: HttpServer;
  serve(handler: RequestListener): void;
}

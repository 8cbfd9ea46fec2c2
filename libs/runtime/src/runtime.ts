import type { EventLog } from '@threadlog/log';
import type { MessageStore } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import type { Admission, Logger, Metrics, TokenVerifier } from '@threadlog/service';
import type { Pool } from 'pg';
import type { RuntimeConfig } from './config';

/**
 * What every role of a process shares, made once. Roles take what they need from it: `createX(runtime)` or
 * `createX({ ...runtime, more })`; none of them closes any of it.
 */
export interface Runtime {
  config: RuntimeConfig;
  logger: Logger;
  metrics: Metrics;
  /** Postgres: read models, leases, checkpoints. Ends after all roles. */
  database: Pool;
  /** `chat.events.v1`. */
  log: EventLog;
  sealing: SealingService;
  verifier: TokenVerifier;
  /** Bearer tokens, internal secrets and rate limits, for `mountRoutes`. */
  admission: Admission;
  /** Messages of a generation: in MongoDB when `MONGO_URL` is set, else in Postgres. */
  messageStore(generation: number): MessageStore;
}

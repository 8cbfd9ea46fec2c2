import type { InspectedLog } from '@threadlog/projector';
import type { Runtime } from '@threadlog/runtime';
import type { Health } from '@threadlog/service';
import type { WebhookHttpDeps } from '@threadlog/worker';
import type { Request } from 'express';
import type { TenantReads } from './tenants/deps';
import type { createThreadReadings } from './threads/readings';

/** What the operator's routes work on. */
export interface ConsoleDeps extends Pick<Runtime, 'database' | 'log' | 'messageStore' | 'logger' | 'sealing'> {
  /** This process, as the others know it. */
  process: { id: string; health: Pick<Health, 'report'> };
  /**
   * The events topic as it stands on disk, what does not count included, over connections of its own: the process's do not
   * wait for an operator. Refused with `unavailable` where Kafka does not answer.
   */
  events(): Promise<InspectedLog>;
  /** A thread's stream, as far as the log was read. */
  readThread: ReturnType<typeof createThreadReadings>;
  /** What reads of a tenant's data work with. */
  reads: TenantReads;
  /** What routes about deliveries work with. */
  webhooks: WebhookHttpDeps;
  /** Whether who asks may see what people wrote. */
  mayReveal(request: Request): boolean;
}

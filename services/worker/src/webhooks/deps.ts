import type { KeyObject } from 'node:crypto';
import type { EventLog } from '@threadlog/log';
import type { OutboundClient, OutboundOptions } from '@threadlog/outbound';
import type { Database } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import type { Logger, Metrics } from '@threadlog/service';
import type { FeedSealing } from '../feed/openEvents';
import type { AnswerSealing } from './attempts/answers';
import type { EndpointSource } from './endpoints/endpoint';
import type { WebhookObserver } from './observe';
import type { LateLimits } from './registry';
import type { Disable } from './switchOff';

export interface WebhookDeps {
  database: Database;
  log: EventLog;
  sealing: FeedSealing & AnswerSealing;
  logger: Logger;
  metrics: Metrics;
  endpoints: EndpointSource;
  /** Switches a tenant's endpoint off. */
  disable: Disable;
  /** Who is there; without it nobody is told of that. */
  signals?: Pick<Signals, 'listen'> | undefined;
  /** Signs for all endpoints, beside their secrets. */
  ed25519?: KeyObject | undefined;
  /** Where tenants' endpoints may be; the public internet by https alone by default. */
  outbound?: Pick<OutboundOptions, 'allowHttp' | 'allowedRanges'>;
  /** For tests. */
  limits?: LateLimits;
  now?(): Date;
  random?(): number;
}

/** What a delivery is made of: the same, with what begins with each. */
export interface DeliverDeps extends WebhookDeps {
  client: OutboundClient;
  observer: WebhookObserver;
  now(): Date;
  random(): number;
}

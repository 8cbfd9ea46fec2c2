import type { Actor } from '@threadlog/auth';
import type { CommandInput, CommandRouter } from '@threadlog/commands';
import { notThere, problem, ProblemError } from '@threadlog/events';
import { mayManageWebhooks } from '@threadlog/auth';
import type { EventLog } from '@threadlog/log';
import type { OutboundClient } from '@threadlog/outbound';
import {
  activeGeneration,
  createStatements,
  findWebhookEndpoint,
  type Database,
  type Statements,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { Logger } from '@threadlog/service';
import type { KeyObject } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import type { AnswerSealing } from '../webhooks/attempts/answers';
import type { WebhookEndpoint } from '../webhooks/endpoints/endpoint';
import { openEndpoint } from '../webhooks/endpoints/tenants';
import type { Slots } from './slots';

/** What the routes about deliveries work with. */
export interface WebhookHttpDeps {
  database: Database;
  log: Pick<EventLog, 'partitions' | 'head' | 'tail' | 'read'>;
  sealing: Pick<Opener, 'prepare' | 'open'> & AnswerSealing;
  router: CommandRouter;
  client: Pick<OutboundClient, 'send'>;
  ed25519?: KeyObject | undefined;
  logger: Logger;
  /** Test events that this process sends at a time. */
  tests: Slots;
  now(): Date;
}

/** Statements of the generation that is served now. */
export async function statementsOf(database: Database): Promise<Statements> {
  const generation = await activeGeneration(database);
  return createStatements({ database, generation: () => generation });
}

/** An endpoint of the actor's tenant, switched off or not. For everybody who may not manage them there are none. */
export async function managedEndpoint(
  deps: WebhookHttpDeps,
  actor: Actor,
  webhookId: string,
): Promise<WebhookEndpoint & { isOn: boolean }> {
  if (!mayManageWebhooks(actor)) throw notThere();
  const row = await findWebhookEndpoint(await statementsOf(deps.database), actor.tenantId, webhookId);
  const endpoint = row && (await openEndpoint(deps, row));
  if (!row || !endpoint) throw notThere();
  return { ...endpoint, isOn: row.enabled };
}

/** Nothing is sent again where nothing is sent. */
export function requireOn({ isOn }: { isOn: boolean }): void {
  if (!isOn) throw problem('conflict', 'this endpoint is switched off');
}

const TIMEOUT_MS = 10_000;

/** Notes in the actor's name what is about to be done; throws what that was refused with. */
export async function report(
  { router }: WebhookHttpDeps,
  actor: Actor,
  input: CommandInput<'webhook.report'>,
): Promise<void> {
  const result = await router.execute({
    ...{ actor, command: { type: 'webhook.report', input }, idempotencyKey: null },
    ...{ correlationId: `webhook-${randomUUID()}`, timeoutMs: TIMEOUT_MS },
  });
  if (!result.ok) throw new ProblemError(result.problem);
}

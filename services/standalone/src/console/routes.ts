import { operatorTokens, revealTokens } from '@threadlog/auth';
import type { CommandApi } from '@threadlog/command-api';
import { createRemoteCommands, type RemoteCommands, type Runtime } from '@threadlog/runtime';
import { mountRoutes, strictRouter, type Role, type Route } from '@threadlog/service';
import { createWebhookHttp } from '@threadlog/worker';
import type { Router } from 'express';
import type { StandaloneConfig } from '../config';
import type { ConsoleDeps } from './deps';
import { operatorDoor } from './door';
import { createEventsOpener } from './events';
import { generationRoutes } from './generations/routes';
import { showHealth } from './health';
import { revealRecord } from './log/reveal';
import { listRecords, showRecord } from './log/routes';
import { consolePage } from './page';
import { discardOne, listStreams, replayStream, showRecords } from './quarantine';
import { showSession } from './session';
import { createTenantReads } from './tenants/deps';
import { tenantAgentRoutes } from './tenants/agents';
import { tenantPrivacyRoutes } from './tenants/privacy';
import { tenantThreadRoutes } from './tenants/threads';
import { tenantWebhookRoutes } from './tenants/webhooks';
import { createThreadReadings } from './threads/readings';
import { showThread } from './threads/routes';

/** What operators may ask for and do, each with the command that does the same. */
export const operatorRoutes: readonly Route<ConsoleDeps>[] = [
  showSession,
  showHealth,
  listRecords,
  showRecord,
  revealRecord,
  showThread,
  ...generationRoutes,
  listStreams,
  showRecords,
  replayStream,
  discardOne,
  ...tenantWebhookRoutes,
  ...tenantPrivacyRoutes,
  ...tenantThreadRoutes,
  ...tenantAgentRoutes,
];

export interface ConsoleOptions {
  /** What the process runs. What is written is written through a command API among them, else through any that is alive. */
  roles: readonly Role[];
  /** Checks every reply against its declared schema. For tests. */
  checkReplies?: boolean;
}

export interface Console {
  /** For the operations port; undefined where no token of an operator is set. */
  routes(process: ConsoleDeps['process']): Router | undefined;
  close(): Promise<void>;
}

/** The console and its routes. */
export function createConsole(runtime: Runtime, config: StandaloneConfig, options: ConsoleOptions): Console {
  const [tokens, revealing] = [operatorTokens(config), revealTokens(config)];
  if (tokens.length + revealing.length === 0) return { routes: () => undefined, close: async () => undefined };
  const read = (secrets: readonly (() => string)[]) => secrets.map((secret) => secret());
  const admission = operatorDoor(read(tokens), read(revealing));
  const { router, close } = writesOf(runtime, config, options.roles);
  const webhooks = createWebhookHttp({ ...runtime, config, router });
  const { mayReveal } = admission;
  const events = createEventsOpener(runtime);
  const [reads, readThread] = [createTenantReads(runtime, config), createThreadReadings()];
  const own = { ...runtime, events, reads, webhooks, readThread, mayReveal };
  return {
    routes: (process) =>
      mountRoutes(strictRouter().use(consolePage()), servedTo(config), {
        ...{ deps: { ...own, process }, admission, checkReplies: options.checkReplies },
      }),
    async close() {
      webhooks.client.close();
      await close();
    },
  };
}

/** Without privacy its routes do not exist, as elsewhere. */
const servedTo = ({ PRIVACY_ENABLED }: StandaloneConfig): readonly Route<ConsoleDeps>[] =>
  PRIVACY_ENABLED ? operatorRoutes : operatorRoutes.filter((route) => !tenantPrivacyRoutes.includes(route));

function writesOf(runtime: Runtime, config: StandaloneConfig, roles: readonly Role[]): RemoteCommands {
  const own = roles.map((role) => (role as Partial<CommandApi>).router).find((router) => router !== undefined);
  return own ? { router: own, close: async () => undefined } : createRemoteCommands(runtime, config);
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../paths';
import { assertPortFree } from '../ports';
import type { Server } from '../server';
import { brokersOf } from '../kafkaCluster';
import { StackError } from '../errors';
import { allOf, startStack, type Stack } from '../stack';
import { banner } from './banner';
import { prepareDataDirectory } from './dataDirectory';
import { startDemoServer } from './demoServer';
import { demoTokens, type DemoToken } from './demoTenants';
import { followFile } from './followFile';
import type { DevOptions } from './options';
import { consolePage, demoPage, type PageFiles } from './pages';
import { loadSecrets } from './secrets';
import { serviceEnvironment, toolEnvironment } from './serviceEnvironment';
import { startServices } from './services';
import { supervise } from './supervise';

export interface RunContext {
  env: NodeJS.ProcessEnv;
  /** Ends the run: everything is stopped in order. */
  signal: AbortSignal;
  report: (line: string) => void;
  /** Entry of the service; another one in tests. */
  script?: string;
}

const checkServicePorts = async ({ ports, processes }: DevOptions): Promise<void> => {
  await assertPortFree(ports.api, 'the API', 'API_PORT');
  await assertPortFree(ports.realtime, 'Socket.io', 'REALTIME_PORT');
  await assertPortFree(ports.grpc, 'gRPC', 'GRPC_PORT');
  await assertPortFree(ports.ops, 'operations', 'OPS_PORT');
  await assertPortFree(ports.demo, 'the demo page', 'DEMO_PORT');
  if (processes === 2) await assertPortFree(ports.projectorOps, 'operations of the projector', 'PROJECTOR_OPS_PORT');
};

interface Launched {
  /** Stopped in reverse. */
  services: Server[];
  tokens: DemoToken[];
  /** The first of the tokens of operators. */
  operator: string;
}

const brokersFor = ({ dataDir, brokers }: DevOptions): number => {
  const known = brokersOf(dataDir);
  if (known === null || brokers === undefined || known === brokers) return known ?? brokers ?? 1;
  throw new StackError(
    `The log in ${dataDir} was begun with ${known === 1 ? 'one broker' : `${known} brokers`}.`,
    'Start over with --fresh, or take another DATA_DIR.',
  );
};

const launchService = async (
  options: DevOptions,
  stack: Stack,
  files: Layout,
  context: RunContext,
): Promise<Launched> => {
  const env = serviceEnvironment(context.env, options, stack.urls, loadSecrets(files.secrets));
  writeFileSync(files.environment, `${JSON.stringify(toolEnvironment(env), null, 2)}\n`, { mode: 0o600 });
  const tokens = demoTokens(env.AUTH_JWT_SECRET, env.AUTH_JWT_ISSUER);
  writeFileSync(join(files.root, 'demo-tokens.json'), `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 });
  const services = await startServices(options, { files, env, script: context.script });
  return { services, tokens, operator: env.OPS_TOKEN.split(',')[0]!.trim() };
};

/** Null where there is none to serve: tokens for everybody have no place in production, and a start needs no page. */
const buildDemoPage = async ({ env, report }: RunContext): Promise<PageFiles | null> => {
  if (env.ENVIRONMENT === 'production') return null;
  return demoPage().catch((error: unknown) => {
    report(`The demo page could not be built: ${(error as Error).message}`);
    return null;
  });
};

/** Whether there is one to show. In production it is not built here, and its token is not printed. */
const buildConsole = async ({ env, report }: RunContext): Promise<boolean> => {
  if (env.ENVIRONMENT === 'production') return false;
  return consolePage().then(
    () => true,
    (error: unknown) => {
      report(`The console could not be built: ${(error as Error).message}`);
      return false;
    },
  );
};

const serveDemo = async (files: PageFiles | null, { ports }: DevOptions, tokens: DemoToken[]) =>
  files && startDemoServer({ port: ports.demo, api: ports.api, realtime: ports.realtime, files, tokens });

/** Keeps everything running until the run is to end. @throws Error when a server keeps ending. */
const keepRunning = async (servers: Server[], { signal, report }: RunContext): Promise<void> => {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const supervised = servers.map((server) => supervise(server, { signal: either, report }));
  await Promise.all(supervised).finally(() => failed.abort());
};

/**
 * Starts the infrastructure and the service, prints where everything is, and keeps it running until `signal` aborts;
 * then, or when something fails, stops the service first and the infrastructure after it.
 * @throws StackError when a part cannot be started.
 */
export const runDevelopment = async (options: DevOptions, context: RunContext): Promise<void> => {
  const { signal, report } = context;
  const began = performance.now();
  const { dataDir, fresh, given, mongo } = options;
  const { files, release } = await prepareDataDirectory({
    dataDir,
    fresh,
    keepSecrets: Boolean(given.databaseUrl),
    report,
  });
  const stops: (() => Promise<void> | void)[] = [release];
  try {
    await checkServicePorts(options);
    const building = Promise.all([buildDemoPage(context), buildConsole(context)]);
    const stack = await startStack({
      dataDir,
      brokers: brokersFor(options),
      given,
      mongo,
      ports: options.ports,
      log: report,
    });
    stops.unshift(() => stack.stop());
    if (signal.aborted) return;
    if (options.logs) void followFile(files.log('threadlog'), (text) => process.stdout.write(text), signal);
    const { services, tokens, operator } = await launchService(options, stack, files, context);
    for (const service of services) stops.unshift(() => service.stop());
    if (signal.aborted) return;
    const [page, hasConsole] = await building;
    const demo = await serveDemo(page, options, tokens);
    if (demo) stops.unshift(() => demo.stop());
    const seconds = (performance.now() - began) / 1000;
    const shown = { demo: demo !== null, operator: hasConsole ? operator : null };
    report(banner({ options, urls: stack.urls, tokens, seconds, ...shown }));
    await keepRunning([...services, ...allOf(stack.servers)], context);
  } finally {
    for (const stop of stops) await stop();
  }
};

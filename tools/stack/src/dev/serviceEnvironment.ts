import { join } from 'node:path';
import type { StackUrls } from '../stack';
import type { DevOptions } from './options';
import { DEMO_AGENT } from './demoAgent';
import { AGENT_PATH } from './demoServer';
import type { Secrets } from './secrets';

const defaults = {
  ENVIRONMENT: 'development',
  AUTH_JWT_ISSUER: 'threadlog-dev',
  // High enough never to be in the way of a developer, low enough to stop a client that has run wild.
  RATE_LIMIT_IP: '100000/1m',
  RATE_LIMIT_ACTOR: '1000000/1m',
};

/** One more origin in a list, or in a JSON array. What is neither is left as it is: the service says what is wrong. */
const withOrigin = (list: string, origin: string): string => {
  if (list.trim() === '*') return list;
  if (!list.trim().startsWith('[')) return `${list},${origin}`;
  try {
    return JSON.stringify([...(JSON.parse(list) as string[]), origin]);
  } catch {
    return list;
  }
};

/** The demo page is added to the origins that the caller lets in, under whichever name; where none are named, all are. */
const corsFor = (env: NodeJS.ProcessEnv, demoPort: number): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['CORS_ORIGINS', 'ALLOWED_ORIGINS', 'SOCKET_CORS_ORIGINS'].flatMap((name) => {
      const list = env[name];
      return list ? [[name, withOrigin(list, `http://localhost:${demoPort}`)] as const] : [];
    }),
  );

/** The agent of the demo, unless the caller has one, or wants no demo. */
const agentFor = ({ AGENT_SERVICE_URL: given, ENVIRONMENT }: NodeJS.ProcessEnv, demoPort: number): NodeJS.ProcessEnv =>
  given !== undefined || ENVIRONMENT === 'production'
    ? {}
    : { AGENT_SERVICE_URL: `http://localhost:${demoPort}${AGENT_PATH}`, AGENT_ID: DEMO_AGENT };

/**
 * Environment of the service: our defaults, then what the caller has set, then where things really are. Secrets of the
 * caller win, so the token printed has to be signed with what is in here.
 */
export const serviceEnvironment = (
  env: NodeJS.ProcessEnv,
  { ports, dataDir }: DevOptions,
  urls: StackUrls,
  secrets: Secrets,
): NodeJS.ProcessEnv & typeof defaults & Secrets => ({
  ...defaults,
  EXPORT_DIR: join(dataDir, 'exports'),
  ...secrets,
  ...agentFor(env, ports.demo),
  ...env,
  ...corsFor(env, ports.demo),
  API_PORT: String(ports.api),
  REALTIME_PORT: String(ports.realtime),
  GRPC_PORT: String(ports.grpc),
  OPS_PORT: String(ports.ops),
  KAFKA_BROKERS: urls.kafkaBrokers,
  DATABASE_URL: urls.databaseUrl,
  MONGO_URL: urls.mongoUrl ?? undefined,
});

/** Variables of which a tool needs to know what the service was given. */
const TOOL_VARIABLES =
  /^(ENVIRONMENT|KAFKA_.*|CHAT_PARTITIONS|DATABASE_URL|KEYSTORE_DATABASE_URL|MONGO_URL|SEALING_.*|PRIVACY_RECEIPT_KEY.*)$/;

/** The part of the service's environment that opens its stores; it holds secrets, so it goes into a private file. */
export const toolEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name, value]) => TOOL_VARIABLES.test(name) && value !== undefined));

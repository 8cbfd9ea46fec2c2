import { authConfigShape, checkAuthConfig } from '@threadlog/auth';
import { isReceiptKey, MAX_TTL_MS, sealingConfigShape } from '@threadlog/sealing';
import {
  corsConfig,
  flag,
  integer,
  databaseConfig,
  httpConfig,
  list,
  kafkaConfig,
  loadConfig,
  logConfig,
  rateLimitConfig,
  secret,
  tracingConfig,
  type Env,
  type LoadConfigOptions,
} from '@threadlog/service';
import { z } from 'zod';

/** How long keys live in processes, and master keys at all; what every process has to agree on. */
export const keyConfig = {
  SEALING_KEY_CACHE_MS: integer(1_000, MAX_TTL_MS)
    .prefault(String(MAX_TTL_MS))
    .describe('Milliseconds a process may use a key it has read; erasures wait that long. The same in all processes'),
  SEALING_ROTATION_DAYS: integer(1, 3_650)
    .prefault('30')
    .describe('Days after which the master key is due to be replaced, and its version destroyed'),
};

/** Variables of whatever opens the stores and topics of a deployment, tools too. */
export const operatorConfig = {
  ...logConfig,
  ...kafkaConfig,
  ...databaseConfig,
  ...sealingConfigShape,
  ...keyConfig,
};
export type OperatorConfig = z.output<z.ZodObject<typeof operatorConfig>>;

/** Variables that every process reads, whatever its roles. */
export const runtimeConfig = {
  ...logConfig,
  ...tracingConfig,
  ...httpConfig,
  ...corsConfig,
  ...rateLimitConfig,
  ...kafkaConfig,
  ...databaseConfig,
  ...sealingConfigShape,
  ...keyConfig,
  ...authConfigShape,
};
export type RuntimeConfig = z.output<z.ZodObject<typeof runtimeConfig>>;

/** Private and loopback addresses: where instances of one deployment usually are. */
const PRIVATE_RANGES = '127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fd00::/8';

/** Variables of processes that take commands: each command goes to the instance that owns its partition. */
export const forwardConfig = {
  CLUSTER_SECRET: authConfigShape.CLUSTER_SECRET.unwrap().describe(
    'Signs what instances forward to each other; two, comma-separated, while rotating: the first signs',
  ),
  FORWARD_ALLOWED_RANGES: list()
    .prefault(PRIVATE_RANGES)
    .describe('Address ranges (CIDR) of the instances that commands may be forwarded to'),
};
export type ForwardConfig = z.output<z.ZodObject<typeof forwardConfig>>;

/** Variables of whatever checks or calls addresses that tenants name. */
export const outboundConfig = {
  OUTBOUND_ALLOW_HTTP: flag()
    .prefault('false')
    .describe('`true` lets tenants name `http` URLs for what is sent to them, beside `https`'),
  OUTBOUND_ALLOWED_RANGES: list()
    .prefault('')
    .describe(
      'Address ranges (CIDR) beside the public internet that is sent to where tenants name them; none by default',
    ),
};

/** Variables of everything about privacy, which several roles have to agree on. */
export const privacyConfig = {
  PRIVACY_ENABLED: flag()
    .prefault('true')
    .describe('`false` takes the privacy routes away (404) and stops their jobs; holds and retention stay as they are'),
  ERASURE_GRACE_HOURS: integer(0, 8_760)
    .prefault('72')
    .describe('Hours in which an erasure can be called off; privacy officers may ask for others'),
  EXPORT_LINK_MINUTES: integer(1, 1_440)
    .prefault('15')
    .describe('Minutes in which the link to an export works without a bearer token'),
  MESSAGE_RETENTION_DAYS: integer(1, 36_500)
    .optional()
    .describe('Days that messages are kept where a tenant says nothing else; without it for ever'),
};

/** What signs receipts of erasures: for the process that completes them. */
export const receiptConfig = {
  PRIVACY_RECEIPT_KEY: secret()
    .refine(isReceiptKey, 'must be an Ed25519 key: PKCS #8 PEM, or its seed of 32 bytes in base64')
    .optional()
    .describe(
      'Signs the receipts of erasures: an Ed25519 key, PKCS #8 PEM or its seed of 32 bytes in base64. Required in production by the worker, unless `PRIVACY_ENABLED` is false',
    ),
};

/** The routes that a configuration serves: without privacy its routes do not exist. */
export function servedRoutes<SomeRoute extends { path: string }>(
  routes: readonly SomeRoute[],
  { PRIVACY_ENABLED }: { PRIVACY_ENABLED: boolean },
): readonly SomeRoute[] {
  return PRIVACY_ENABLED ? routes : routes.filter(({ path }) => !path.startsWith('/api/v1/privacy/'));
}
export type PrivacyConfig = z.output<z.ZodObject<typeof privacyConfig>>;

/** The schema of a process: what every process reads, and the variables of its own roles. */
export function processConfig<Shape extends z.ZodRawShape>(own: Shape) {
  // A role may ask for more than every process does: its fields stand in place of the shared ones.
  const shape = { ...runtimeConfig, ...own } as Omit<typeof runtimeConfig, keyof Shape> & Shape;
  return z.object(shape).superRefine((env, context) => {
    checkAuthConfig(env as unknown as RuntimeConfig, context);
    checkReceiptKey(own, env, context);
  });
}

/** Erasures without receipts are for trying things out. */
function checkReceiptKey(own: z.ZodRawShape, env: Record<string, unknown>, context: z.RefinementCtx): void {
  const { ENVIRONMENT, PRIVACY_ENABLED, PRIVACY_RECEIPT_KEY, ROLES } = env;
  const completes = 'PRIVACY_RECEIPT_KEY' in own && (!Array.isArray(ROLES) || ROLES.includes('worker'));
  if (!completes || ENVIRONMENT !== 'production' || PRIVACY_ENABLED === false || PRIVACY_RECEIPT_KEY) return;
  context.addIssue({ code: 'custom', path: ['PRIVACY_RECEIPT_KEY'], message: 'is required in production' });
}

/** Reads the configuration of a process. Throws `ConfigError` with all problems at once. */
export function loadProcessConfig<Shape extends z.ZodRawShape>(own: Shape, env: Env, options?: LoadConfigOptions) {
  return loadConfig(processConfig(own), env, options);
}

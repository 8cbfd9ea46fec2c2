import { z } from 'zod';
import {
  brokers,
  environment,
  flag,
  integer,
  list,
  logLevel,
  origins,
  port,
  postgresUrl,
  rate,
  secret,
} from './fields';

/** Parts of a service's schema: spread what it uses into `z.object({ ... })`. Keys are the variables' names. */

export const logConfig = {
  ENVIRONMENT: environment()
    .prefault('development')
    .describe('`development`, `test`, `staging` or `production`; in production, development secrets are refused'),
  LOG_LEVEL: logLevel().prefault('info').describe('`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`'),
};

export const httpConfig = {
  API_HOST: z.string().default('0.0.0.0').describe('Address of the API port'),
  API_PORT: port().prefault('4000').describe('HTTP API: command and query routes'),
  OPS_HOST: z.string().default('127.0.0.1').describe('Address of the operations port; keep it private'),
  OPS_PORT: port().prefault('4002').describe('Operations: `/metrics`, forwarding between instances, administration'),
  BASE_PATH: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/, 'must be a path like /chat')
    .transform((path) => path.replace(/\/$/, ''))
    .prefault('')
    .describe('Prefix of all API routes'),
  TRUST_PROXY: integer(0, 16).prefault('0').describe('Proxies in front whose `X-Forwarded-For` is believed'),
  ACCESS_LOG: z.enum(['info', 'debug', 'off']).default('info').describe('Level of the line logged for each request'),
};

export const realtimeConfig = {
  REALTIME_HOST: z.string().default('0.0.0.0').describe('Address of the Socket.io port'),
  REALTIME_PORT: port().prefault('4001').describe('Socket.io'),
};

export const corsConfig = {
  CORS_ORIGINS: origins()
    .prefault('*')
    .describe('Origins of browser apps, a list or JSON array; `*` for any, which then may not send credentials'),
};

export const rateLimitConfig = {
  ENABLE_RATE_LIMITING: flag().prefault('true').describe('`false` turns all rate limits off'),
  RATE_LIMIT_IP: rate().prefault('60/1m').describe('Requests without a valid token, by address (IPv6 by /64)'),
  RATE_LIMIT_ACTOR: rate().prefault('500/15m').describe('Requests of one actor'),
  RATE_LIMIT_TENANT: rate().prefault('off').describe('Requests of all actors of a tenant together'),
};

export const kafkaConfig = {
  KAFKA_BROKERS: brokers().prefault('localhost:9092').describe('`host:port` of one or more brokers'),
  KAFKA_CLIENT_ID: z.string().min(1).default('threadlog').describe('Client id in the brokers’ logs and quotas'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]*$/, 'may hold letters, digits and . _ -')
    .default('')
    .describe('In front of all topic names'),
  KAFKA_REPLICATION_FACTOR: integer(1, 9).optional().describe('Of topics we create; by default as the broker says'),
  KAFKA_SSL: flag().prefault('false').describe('TLS to the brokers'),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional().describe('SASL, if wanted'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('SASL user'),
  KAFKA_SASL_PASSWORD: z.string().meta({ secret: 'url' }).optional().describe('SASL password'),
  CHAT_PARTITIONS: integer(1, 1000)
    .prefault('12')
    .describe('Partitions of the events topic; never changed once the log exists'),
};

export const databaseConfig = {
  DATABASE_URL: postgresUrl().describe('PostgreSQL: read models, leases, checkpoints'),
  DATABASE_POOL_SIZE: integer(2, 500).prefault('20').describe('Most connections of a process'),
  KEYSTORE_DATABASE_URL: postgresUrl().optional().describe('Where the sealing keys are; by default `DATABASE_URL`'),
  MONGO_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must be a mongodb:// URL')
    .meta({ secret: 'url' })
    .optional()
    .describe('Keeps messages in MongoDB; without it they are in PostgreSQL'),
};

export const sealingConfig = {
  SEALING_MASTER_KEY: secret()
    .refine((text) => masterKeyBytes(text).length === 32, 'must be 32 bytes in base64 or hexadecimal')
    .describe('Wraps the keys that seal personal text'),
  SEALING_MASTER_KEYS_OLD: secret()
    .refine((text) => text.split(',').every((key) => masterKeyBytes(key).length === 32), 'must be keys of 32 bytes')
    .optional()
    .describe('Former master keys, comma-separated, until everything is wrapped anew'),
};

/** A master key's bytes: hexadecimal where it is 64 such digits, else base64 or base64url. */
export function masterKeyBytes(text: string): Buffer {
  const trimmed = text.trim();
  return Buffer.from(trimmed, /^[0-9a-f]{64}$/i.test(trimmed) ? 'hex' : 'base64');
}

export const secretsConfig = {
  INTERNAL_API_SECRET: secret()
    .optional()
    .describe(
      '`X-Internal-Secret` of server-to-server routes; two, comma-separated, while rotating; unset: no such routes',
    ),
  CLUSTER_SECRET: secret().optional().describe('Authenticates commands forwarded between instances'),
};

export const authConfig = {
  AUTH_JWT_SECRET: secret().optional().describe('HS256 key, shared with whoever issues tokens'),
  AUTH_JWT_ALGORITHM: z.enum(['HS256', 'RS256', 'ES256']).optional().describe('Pins the algorithm of tokens'),
  AUTH_JWT_PUBLIC_KEY: z.string().optional().describe('RS256 or ES256 key in PEM'),
  AUTH_JWKS_URL: z.url().optional().describe('Where to fetch RS256 and ES256 keys'),
  AUTH_JWT_ISSUER: z.string().optional().describe('`iss` that tokens must have'),
  AUTH_JWT_AUDIENCE: list().optional().describe('`aud` that tokens must have, one of these'),
  AUTH_ISSUERS: z.string().optional().describe('JSON: issuers, each with its key, algorithm and tenants'),
  AUTH_DEFAULT_TENANT: z
    .string()
    .optional()
    .describe('Tenant of tokens that name none; unset: such tokens are refused'),
  AUTH_DEFAULT_ROLE: z.string().default('user').describe('Role of tokens that name none'),
};

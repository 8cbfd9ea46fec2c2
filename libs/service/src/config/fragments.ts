import { z } from 'zod';
import { brokers, environment, flag, integer, logLevel, origins, port, postgresUrl, rate, secret } from './fields';

/** Parts of a service's schema: spread what it uses into `z.object({ ... })`. Keys are the variables' names. */

export const logConfig = {
  ENVIRONMENT: environment()
    .prefault('development')
    .describe('`development`, `test`, `staging` or `production`; in production, development secrets are refused'),
  LOG_LEVEL: logLevel().prefault('info').describe('`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`'),
};

const bearerTokens = () => secret().regex(/^[\w.~+/=,-]+$/, 'must be of the characters of a bearer token');

export const httpConfig = {
  API_HOST: z.string().default('0.0.0.0').describe('Address of the API port'),
  API_PORT: port().prefault('4000').describe('HTTP API: command and query routes'),
  OPS_HOST: z.string().default('127.0.0.1').describe('Address of the operations port; keep it private'),
  OPS_PORT: port().prefault('4002').describe('Operations: `/metrics`, forwarding between instances, administration'),
  OPS_URL: z
    .url()
    .optional()
    .describe('Where other instances reach the operations port; by default made of its address and port'),
  OPS_TOKEN: bearerTokens()
    .optional()
    .describe(
      'Lets operators in at `/console` and `/ops/…` of the operations port; two, comma-separated, while rotating. Without it there is neither',
    ),
  OPS_REVEAL_TOKEN: bearerTokens()
    .optional()
    .describe(
      'The same for operators who may also see what people wrote, a record at a time, by name and for a reason that is kept; two, comma-separated, while rotating',
    ),
  BASE_PATH: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/, 'must be a path like /chat')
    .transform((path) => path.replace(/\/$/, ''))
    .prefault('')
    .describe('Prefix of all API routes'),
  TRUST_PROXY: integer(0, 16).prefault('0').describe('Proxies in front whose `X-Forwarded-For` is believed'),
  ACCESS_LOG: z.enum(['info', 'debug', 'off']).default('info').describe('Level of the line logged for each request'),
};

export const tracingConfig = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('Collector that traces are sent to, over HTTP with JSON; without it nothing is traced'),
  OTEL_SERVICE_NAME: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the process in traces; by default `threadlog-` and its role'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .prefault('1')
    .describe('Share of traces that are kept, from 0 to 1, where whoever asks has not decided it'),
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
  RATE_LIMIT_ACTOR: rate().prefault('500/15m').describe('Requests of one actor that is no agent'),
  RATE_LIMIT_AGENT: rate().prefault('3000/15m').describe('Requests of one agent, by its token’s role'),
  RATE_LIMIT_TENANT: rate().prefault('off').describe('Requests of all actors of a tenant together'),
};

/** Hidden from logs and documents; `NAME_FILE` works too. */
const hidden = () => z.string().meta({ secret: 'url' }).optional();
/** Usually given as `NAME_FILE`. */
const pem = () =>
  z
    .string()
    .regex(/-----BEGIN [A-Z0-9 ]+-----/, 'must be PEM: -----BEGIN …')
    .meta({ secret: 'url' })
    .optional();

export const kafkaConfig = {
  KAFKA_BROKERS: brokers().prefault('localhost:9092').describe('`host:port` of one or more brokers'),
  KAFKA_CLIENT_ID: z.string().min(1).default('threadlog').describe('Client id in the brokers’ logs and quotas'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]*$/, 'may hold letters, digits and . _ -')
    .default('')
    .describe('In front of all topic names'),
  KAFKA_REPLICATION_FACTOR: integer(1, 9)
    .optional()
    .describe('Copies of each partition; by default one on each broker of the cluster, 3 at most'),
  KAFKA_FLUSH_MESSAGES: integer(0, 1_000_000)
    .optional()
    .describe(
      'Topics with one copy: records after which the broker writes to its disk (`flush.messages`); `0` leaves it to the broker, and a power cut takes the last seconds. By default 1 in production',
    ),
  KAFKA_COMPRESSION: z
    .enum(['off', 'batches', 'all'])
    .default('off')
    .describe(
      'What is compressed (gzip) on its way into topics: nothing, batches of several records, or single records too, which makes them a third smaller and acks some hundredths of a millisecond slower',
    ),
  KAFKA_SSL: flag().prefault('false').describe('TLS to the brokers; implied by any of the next three'),
  KAFKA_SSL_CA: pem().describe(
    'Authorities that signed the brokers’ certificates, PEM; by default those of the system',
  ),
  KAFKA_SSL_CERT: pem().describe('Our certificate, PEM, where the brokers want one (mTLS); with `KAFKA_SSL_KEY`'),
  KAFKA_SSL_KEY: pem().describe('The key of our certificate, PEM'),
  KAFKA_SSL_KEY_PASSPHRASE: hidden().describe('Opens the key where it is encrypted'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer', 'aws-msk-iam'])
    .optional()
    .describe('How we log in to the brokers, if we have to: by password, by a token, or by AWS credentials'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('User, for `plain` and `scram-…`'),
  KAFKA_SASL_PASSWORD: hidden().describe('Its password'),
  KAFKA_OAUTH_TOKEN_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Gives out tokens for `oauthbearer` (OAuth 2.0 client credentials)'),
  KAFKA_OAUTH_CLIENT_ID: z.string().optional().describe('Who we are to it'),
  KAFKA_OAUTH_CLIENT_SECRET: hidden().describe('Our secret with it'),
  KAFKA_OAUTH_SCOPE: z.string().optional().describe('The scope that is asked for, if any'),
  KAFKA_AWS_REGION: z
    .string()
    .optional()
    .describe('Region of an MSK cluster, for `aws-msk-iam`; credentials are found as every AWS SDK finds them'),
  CHAT_PARTITIONS: integer(1, 1000)
    .prefault('12')
    .describe('Partitions of the events topic; never changed once the log exists'),
};

export const databaseConfig = {
  DATABASE_URL: postgresUrl().describe('PostgreSQL: read models, leases, checkpoints'),
  DATABASE_PREPARED: flag()
    .prefault('true')
    .describe(
      '`false` where `DATABASE_URL` leads to a pooler that lends connections by transaction (PgBouncer): no prepared statements, no start-up parameters; needs `DATABASE_DIRECT_URL`',
    ),
  DATABASE_DIRECT_URL: postgresUrl()
    .optional()
    .describe('The same database past its pooler: for migrations, and for locks that live as long as a connection'),
  DATABASE_POOL_SIZE: integer(2, 500).prefault('20').describe('Most connections of a process'),
  KEYSTORE_DATABASE_URL: postgresUrl().optional().describe('Where the sealing keys are; by default `DATABASE_URL`'),
  MONGO_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must be a mongodb:// URL')
    .meta({ secret: 'url' })
    .optional()
    .describe('Keeps messages in MongoDB; without it they are in PostgreSQL'),
};

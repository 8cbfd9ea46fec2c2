import type { KafkaAccess, KafkaLogin } from '@threadlog/log';
import { ConfigError } from '@threadlog/service';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import type { OperatorConfig } from '../config';
import { clientCredentials, mskTokens } from './tokens';

type Variables = Pick<OperatorConfig, Extract<keyof OperatorConfig, `KAFKA_${string}`>>;

/** How the brokers are reached. @throws ConfigError for what is missing, or does not belong together. */
export function createKafkaAccess(config: Variables): KafkaAccess {
  const problems = [...missingOf(config), ...unreadable(config)];
  if (problems.length > 0) throw new ConfigError(problems);
  const sasl = loginOf(config);
  return {
    brokers: config.KAFKA_BROKERS,
    clientId: config.KAFKA_CLIENT_ID,
    ssl: tlsOf(config),
    ...(sasl && { sasl }),
  };
}

function tlsOf(config: Variables): boolean | ConnectionOptions {
  const { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key, KAFKA_SSL_KEY_PASSPHRASE: passphrase } = config;
  const given = Object.entries({ ca, cert, key, passphrase }).filter(([, value]) => value !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : config.KAFKA_SSL;
}

const BY_PASSWORD = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const NEEDED = {
  plain: BY_PASSWORD,
  'scram-sha-256': BY_PASSWORD,
  'scram-sha-512': BY_PASSWORD,
  oauthbearer: ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET'],
  'aws-msk-iam': ['KAFKA_AWS_REGION'],
} as const;

function missingOf(config: Variables): string[] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key } = config;
  const needed = mechanism ? NEEDED[mechanism].filter((name) => config[name] === undefined) : [];
  return [
    ...needed.map((name) => `${name}: is required by KAFKA_SASL_MECHANISM=${mechanism}`),
    ...(cert && !key ? ['KAFKA_SSL_KEY: is required by KAFKA_SSL_CERT'] : []),
    ...(key && !cert ? ['KAFKA_SSL_CERT: is required by KAFKA_SSL_KEY'] : []),
    ...(!mechanism && config.KAFKA_SASL_USERNAME ? ['KAFKA_SASL_MECHANISM: is required by KAFKA_SASL_USERNAME'] : []),
  ];
}

/** What OpenSSL does not take; it says no more than that, and neither do we: these are keys. */
function unreadable(config: Variables): string[] {
  const { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key, KAFKA_SSL_KEY_PASSPHRASE: passphrase } = config;
  const privateKey = () => createPrivateKey({ key: key!, passphrase });
  const isPair = () => certificatesIn(cert!)[0]!.checkPrivateKey(privateKey());
  const checks: [string, string | undefined, () => unknown][] = [
    ['KAFKA_SSL_CA: holds no certificate that can be read', ca, () => certificatesIn(ca!)[0]],
    ['KAFKA_SSL_CERT: holds no certificate that can be read', cert, () => certificatesIn(cert!)[0]],
    ['KAFKA_SSL_KEY: cannot be read, or needs another KAFKA_SSL_KEY_PASSPHRASE', key, privateKey],
    ['KAFKA_SSL_KEY: is not the key of KAFKA_SSL_CERT', cert && key, isPair],
  ];
  const failed = checks.find(([, given, check]) => given !== undefined && !holds(check));
  return failed ? [failed[0]] : [];
}

/** @throws Error where one of them cannot be read. */
function certificatesIn(pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return found.map((each) => new X509Certificate(each));
}

function holds(check: () => unknown): boolean {
  try {
    return Boolean(check());
  } catch {
    return false;
  }
}

function loginOf(config: Variables): KafkaLogin | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism } = config;
  switch (mechanism) {
    case undefined:
      return undefined;
    case 'oauthbearer':
      return {
        mechanism,
        token: clientCredentials({
          url: config.KAFKA_OAUTH_TOKEN_URL!,
          clientId: config.KAFKA_OAUTH_CLIENT_ID!,
          clientSecret: config.KAFKA_OAUTH_CLIENT_SECRET!,
          scope: config.KAFKA_OAUTH_SCOPE,
        }),
      };
    case 'aws-msk-iam':
      return { mechanism: 'oauthbearer', token: mskTokens(config.KAFKA_AWS_REGION!) };
    default:
      return { mechanism, username: config.KAFKA_SASL_USERNAME!, password: config.KAFKA_SASL_PASSWORD! };
  }
}

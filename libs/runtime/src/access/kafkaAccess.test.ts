import { type ConfigError, loadConfig, kafkaConfig } from '@threadlog/service';
import { cleanupAfterAll, createAuthority, type Authority, type Certified } from '@threadlog/testing';
import { z } from 'zod';
import { createKafkaAccess } from './kafkaAccess';

const cleanups = cleanupAfterAll();
let authority: Authority;
let ours: Certified;
let other: Certified;
beforeAll(async () => {
  authority = await createAuthority(cleanups);
  [ours, other] = await Promise.all([authority.client('threadlog'), authority.client('other')]);
});

const accessOf = (env: Record<string, string>) => createKafkaAccess(loadConfig(z.object(kafkaConfig), env));

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    accessOf(env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

describe('how the brokers are reached', () => {
  it('is in the clear and without a login by default', () => {
    expect(accessOf({})).toEqual({ brokers: ['localhost:9092'], clientId: 'threadlog', ssl: false });
  });

  it('takes authorities, certificate and key from files, and speaks TLS then', () => {
    const files = { KAFKA_SSL_CA_FILE: authority.certFile, KAFKA_SSL_CERT_FILE: ours.certFile };
    const { ssl } = accessOf({ ...files, KAFKA_SSL_KEY_FILE: ours.keyFile });

    expect(ssl).toEqual({ ca: authority.cert.trim(), cert: ours.cert.trim(), key: ours.key.trim() });
    expect(accessOf({ KAFKA_SSL: 'true' }).ssl).toBe(true);
  });

  it('logs in by password, by token, or by AWS credentials', () => {
    const login = { KAFKA_SASL_USERNAME: 'ada', KAFKA_SASL_PASSWORD: 'secret' };
    const oauth = {
      KAFKA_OAUTH_TOKEN_URL: 'https://id.example/token',
      KAFKA_OAUTH_CLIENT_ID: 'threadlog',
      KAFKA_OAUTH_CLIENT_SECRET: 'secret',
    };

    expect(accessOf({ ...login, KAFKA_SASL_MECHANISM: 'scram-sha-512' }).sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'ada',
      password: 'secret',
    });
    expect(accessOf({ ...oauth, KAFKA_SASL_MECHANISM: 'oauthbearer' }).sasl).toMatchObject({
      mechanism: 'oauthbearer',
    });
    expect(accessOf({ KAFKA_AWS_REGION: 'eu-central-1', KAFKA_SASL_MECHANISM: 'aws-msk-iam' }).sasl).toMatchObject({
      mechanism: 'oauthbearer',
    });
  });

  const mistaken: [string, () => Record<string, string>, string][] = [
    [
      'a login without a password',
      () => ({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'a' }),
      'PASSWORD: is required',
    ],
    ['a user without a mechanism', () => ({ KAFKA_SASL_USERNAME: 'a' }), 'KAFKA_SASL_MECHANISM: is required'],
    ['no issuer of tokens', () => ({ KAFKA_SASL_MECHANISM: 'oauthbearer' }), 'KAFKA_OAUTH_TOKEN_URL: is required'],
    ['no region', () => ({ KAFKA_SASL_MECHANISM: 'aws-msk-iam' }), 'KAFKA_AWS_REGION: is required'],
    ['a certificate without its key', () => ({ KAFKA_SSL_CERT: ours.cert }), 'KAFKA_SSL_KEY: is required'],
    ['a key without its certificate', () => ({ KAFKA_SSL_KEY: ours.key }), 'KAFKA_SSL_CERT: is required'],
    [
      'the key of another certificate',
      () => ({ KAFKA_SSL_CERT: ours.cert, KAFKA_SSL_KEY: other.key }),
      'is not the key of',
    ],
    [
      'a broken authority',
      () => ({ KAFKA_SSL_CA: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
      'KAFKA_SSL_CA: holds no certificate',
    ],
    [
      'a broken key',
      () => ({
        KAFKA_SSL_CERT: ours.cert,
        KAFKA_SSL_KEY: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      }),
      'KAFKA_SSL_KEY: cannot be read',
    ],
    ['what is no PEM', () => ({ KAFKA_SSL_CA: 'ca.pem' }), 'KAFKA_SSL_CA: must be PEM'],
    ['a file that is not there', () => ({ KAFKA_SSL_CA_FILE: '/nowhere.pem' }), 'cannot read KAFKA_SSL_CA_FILE'],
  ];

  test.each(mistaken)('is refused for %s', (_name, env, told) => {
    const problems = problemsOf(env());

    expect(problems.join('\n')).toContain(told);
    expect(problems.join('\n')).not.toContain('BEGIN PRIVATE');
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startKafka, type KafkaListener, type Server } from '@threadlog/stack';
import type { Cleanups } from '../cleanup';
import { createAuthority, type Authority } from '../net/certificates';

/** Ways into a broker, each an address: what they ask of a client stands in their names. */
export interface SecuredKafka extends Server {
  readonly authority: Authority;
  readonly brokers: Readonly<Record<KafkaWay, string[]>>;
}

export type KafkaWay = 'plain' | 'tls' | 'otherName' | 'mutual' | 'login' | 'tlsLogin';

/** Whom the broker knows, by PLAIN and SCRAM alike. */
export const KAFKA_USER = { username: 'threadlog', password: 'right-password' } as const;

/** A broker with every way in that managed clusters offer, and a plain one beside them. */
export async function securedKafka(cleanups: Cleanups): Promise<SecuredKafka> {
  const authority = await createAuthority(cleanups);
  const here = tls(authority, (await authority.server()).bothFile);
  const elsewhere = tls(authority, (await authority.server(['kafka.example'])).bothFile);
  const ways: Record<Exclude<KafkaWay, 'plain'>, Omit<KafkaListener, 'name' | 'port'>> = {
    tls: { protocol: 'SSL', settings: here },
    otherName: { protocol: 'SSL', settings: elsewhere },
    mutual: { protocol: 'SSL', settings: { ...here, 'ssl.client.auth': 'required' } },
    login: { protocol: 'SASL_PLAINTEXT', settings: logins },
    tlsLogin: { protocol: 'SASL_SSL', settings: { ...here, ...logins } },
  };
  const listeners: KafkaListener[] = [];
  for (const [name, way] of Object.entries(ways)) {
    listeners.push({ ...way, name: name.toUpperCase(), port: await freePort() });
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-kafka-'));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const { username: name, password } = KAFKA_USER;
  const scramUsers = (['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism) => ({ mechanism, name, password }));
  const server = await startKafka({ dataDir, listeners, scramUsers, jit: 'fast-start' });
  cleanups.add(() => server.kill());
  const secured = listeners.map(({ name: way, port }) => [way, [`127.0.0.1:${port}`]]);
  const brokers = Object.fromEntries([['PLAIN', [server.url]], ...secured]) as Record<string, string[]>;
  const of = (way: KafkaWay) => [way, brokers[way.toUpperCase()]!] as const;
  const known = (['plain', ...Object.keys(ways)] as KafkaWay[]).map(of);
  return { ...server, authority, brokers: Object.fromEntries(known) as SecuredKafka['brokers'] };
}

function tls({ certFile }: Authority, bothFile: string): Record<string, string> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': bothFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certFile,
  };
}

const security = 'org.apache.kafka.common.security';
const logins: Record<string, string> = {
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
  'plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_${KAFKA_USER.username}="${KAFKA_USER.password}";`,
  'scram-sha-256.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
  'scram-sha-512.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
  // Accepts tokens that nobody signed: for tests.
  'oauthbearer.sasl.jaas.config': `${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
};

import { cleanupAfterAll, createAuthority, KAFKA_USER, securedKafka } from '@threadlog/testing';
import type { Authority, Certified, KafkaWay, SecuredKafka } from '@threadlog/testing';
import { appendAll, namesOf, readAll, record } from '../../contract/harness';
import { silent } from '../../observer';
import { createClient, type KafkaAccess } from '../client';
import { createKafkaLog } from '../kafkaLog';
import { ensureTopic } from '../topic';
import { accessFault, type AccessFault } from './accessFault';

const cleanups = cleanupAfterAll();
let kafka: SecuredKafka;
let stranger: Authority;
let ours: Certified;
let strangers: Certified;

beforeAll(async () => {
  kafka = await securedKafka(cleanups);
  stranger = await createAuthority(cleanups, 'Somebody else');
  [ours, strangers] = await Promise.all([kafka.authority.client('threadlog'), stranger.client('threadlog')]);
}, 120_000);

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Date.now() / 1_000;
const tokenFor = (seconds: number) => async () =>
  `${base64({ alg: 'none' })}.${base64({ sub: 'threadlog', iat: now() - 60, exp: now() + seconds })}.`;

const trusting = () => ({ ssl: { ca: kafka.authority.cert } });
const certified = ({ cert, key }: Certified) => ({ ssl: { ca: kafka.authority.cert, cert, key } });
const wrong = { ...KAFKA_USER, password: 'wrong-password' };

function accessOf(way: KafkaWay, access: Partial<KafkaAccess>): KafkaAccess {
  return { brokers: kafka.brokers[way], clientId: 'access-test', ...access };
}

interface Connecting {
  name: string;
  way: KafkaWay;
  access(): Partial<KafkaAccess>;
}

describe('a broker that asks for something', () => {
  const table: Connecting[] = [
    { name: 'nothing', way: 'plain', access: () => ({}) },
    { name: 'TLS of an own authority', way: 'tls', access: trusting },
    { name: 'a certificate of ours', way: 'mutual', access: () => certified(ours) },
    { name: 'PLAIN', way: 'login', access: () => ({ sasl: { mechanism: 'plain', ...KAFKA_USER } }) },
    { name: 'SCRAM-SHA-256', way: 'login', access: () => ({ sasl: { mechanism: 'scram-sha-256', ...KAFKA_USER } }) },
    {
      name: 'TLS and SCRAM-SHA-512',
      way: 'tlsLogin',
      access: () => ({ ...trusting(), sasl: { mechanism: 'scram-sha-512', ...KAFKA_USER } }),
    },
    {
      name: 'TLS and OAUTHBEARER',
      way: 'tlsLogin',
      access: () => ({ ...trusting(), sasl: { mechanism: 'oauthbearer', token: tokenFor(300) } }),
    },
  ];

  test.each(table)('gets $name, and takes and gives records', async ({ name, way, access }) => {
    const topic = name.replaceAll(/\W+/g, '-').toLowerCase();
    const options = { ...accessOf(way, access()), topic, partitions: 2 };
    await ensureTopic(options);
    const log = await createKafkaLog(options);
    try {
      await appendAll(log, 1, [record('first'), record('second')]);

      expect(namesOf(await readAll(log, 1))).toEqual(['first', 'second']);
    } finally {
      await log.close();
    }
  });
});

interface Mistaken extends Connecting {
  fault: AccessFault;
}

/** What one attempt to ask the brokers fails with. */
async function failureOf(given: KafkaAccess): Promise<unknown> {
  const once = { requestTimeout: 2_000, retry: { retries: 0 } };
  const { kafka } = createClient(given, once, silent);
  const admin = kafka.admin({ retry: once.retry });
  try {
    await admin.connect();
    await admin.listTopics();
    return 'no failure';
  } catch (error) {
    return error;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

describe('a mistake in how a broker is reached', () => {
  const mechanisms = expect.arrayContaining(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']);
  const refused = { kind: 'refusedLogin', reason: expect.stringMatching(/authentication failed/i) } as AccessFault;
  const table: Mistaken[] = [
    { name: 'an authority we do not know', way: 'tls', access: () => ({ ssl: true }), fault: { kind: 'untrusted' } },
    {
      name: 'another authority than ours',
      way: 'tls',
      access: () => ({ ssl: { ca: stranger.cert } }),
      fault: { kind: 'untrusted' },
    },
    { name: "another host's certificate", way: 'otherName', access: trusting, fault: { kind: 'otherHost' } },
    { name: 'no certificate of ours', way: 'mutual', access: trusting, fault: { kind: 'clientCertificate' } },
    {
      name: 'a certificate of ours that the broker does not trust',
      way: 'mutual',
      access: () => certified(strangers),
      fault: { kind: 'clientCertificate' },
    },
    { name: 'no TLS where it is wanted', way: 'tls', access: () => ({}), fault: { kind: 'wantsTls' } },
    { name: 'TLS where there is none', way: 'plain', access: trusting, fault: { kind: 'speaksNoTls' } },
    { name: 'no login', way: 'login', access: () => ({}), fault: { kind: 'wantsLogin', mechanisms } },
    { name: 'no login behind TLS', way: 'tlsLogin', access: trusting, fault: { kind: 'wantsLogin', mechanisms } },
    {
      name: 'a login without the TLS around it',
      way: 'tlsLogin',
      access: () => ({ sasl: { mechanism: 'plain', ...KAFKA_USER } }),
      fault: { kind: 'wantsTls' },
    },
    {
      name: 'a login where nobody is asked',
      way: 'plain',
      access: () => ({ sasl: { mechanism: 'plain', ...KAFKA_USER } }),
      fault: { kind: 'wantsNoLogin' },
    },
    {
      name: 'a wrong PLAIN password',
      way: 'login',
      access: () => ({ sasl: { mechanism: 'plain', ...wrong } }),
      fault: refused,
    },
    {
      name: 'a wrong SCRAM password',
      way: 'tlsLogin',
      access: () => ({ ...trusting(), sasl: { mechanism: 'scram-sha-512', ...wrong } }),
      fault: refused,
    },
    {
      name: 'a token that has run out',
      way: 'login',
      access: () => ({ sasl: { mechanism: 'oauthbearer', token: tokenFor(-30) } }),
      fault: refused,
    },
    {
      name: 'an issuer of tokens that is away',
      way: 'login',
      access: () => ({
        sasl: { mechanism: 'oauthbearer', token: () => Promise.reject(new Error('503 from the issuer')) },
      }),
      fault: { kind: 'noToken', reason: expect.stringContaining('503 from the issuer') },
    },
  ];

  test.each(table)('is told: $name', async ({ way, access, fault }) => {
    const given = accessOf(way, access());

    expect(await accessFault(await failureOf(given), given)).toEqual(fault);
  });

  it('is not told of brokers that are away', async () => {
    const given = { brokers: ['127.0.0.1:1'], clientId: 'access-test' };

    expect(await accessFault(await failureOf(given), given)).toBeNull();
  });
});

import { types } from 'node:util';
import { accessFault, type AccessFault, type KafkaAccess } from '@threadlog/log';

/** What whoever configured us has to change, as `VARIABLE: …`; null where the brokers may only be away. */
export async function kafkaMistake(error: unknown, access: KafkaAccess): Promise<string | null> {
  const fault = await accessFault(error, access);
  return fault && KAFKA[fault.kind](fault as never);
}

const choose = (mechanisms: readonly string[]) =>
  `set KAFKA_SASL_MECHANISM to one of ${mechanisms.map((each) => each.toLowerCase()).join(', ')}`;

const KAFKA: { [Kind in AccessFault['kind']]: (fault: Extract<AccessFault, { kind: Kind }>) => string } = {
  untrusted: () =>
    'KAFKA_SSL_CA: the brokers have a certificate of an authority that is not trusted; give that authority’s PEM file as KAFKA_SSL_CA_FILE',
  expired: () => 'KAFKA_SSL: the brokers’ certificate has expired, or is not valid yet by the clock of this machine',
  otherHost: () =>
    'KAFKA_BROKERS: the brokers’ certificate is for other names; list (and advertise) the brokers by a name that stands in it',
  clientCertificate: () =>
    'KAFKA_SSL_CERT: the brokers want a certificate of an authority that they trust; give it as KAFKA_SSL_CERT_FILE, with KAFKA_SSL_KEY_FILE',
  wantsTls: () => 'KAFKA_SSL: the brokers speak TLS on this port; set KAFKA_SSL=true, or use their plain port',
  speaksNoTls: () => 'KAFKA_SSL: the brokers speak no TLS on this port; use another port, or leave KAFKA_SSL out',
  wantsLogin: ({ mechanisms }) => `KAFKA_SASL_MECHANISM: the brokers ask who we are; ${choose(mechanisms)}`,
  wantsNoLogin: () =>
    'KAFKA_SASL_MECHANISM: the brokers log in nobody on this port; use another port, or leave KAFKA_SASL_MECHANISM out',
  otherMechanism: ({ mechanisms }) => `KAFKA_SASL_MECHANISM: the brokers do not offer it; ${choose(mechanisms)}`,
  refusedLogin: ({ reason }) =>
    `KAFKA_SASL_PASSWORD: the brokers do not log us in (user, password or token): ${reason}`,
  noToken: ({ reason }) => `KAFKA_OAUTH_TOKEN_URL: ${reason}`,
};

/** By SQLSTATE, and by the codes and messages of `pg` and OpenSSL. */
const POSTGRES: readonly [RegExp, string][] = [
  [/^28P01$/, 'the user or its password is wrong'],
  [
    /^28000$/,
    'the server does not let this user in from here (pg_hba.conf); where it wants TLS, add ?sslmode=verify-full',
  ],
  [/^3D000$/, 'there is no such database on the server; create it first'],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/,
    'the server has a certificate of an authority that is not trusted; add ?sslmode=verify-full&sslrootcert=FILE with that authority',
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    'the server’s certificate has expired, or is not valid yet by the clock of this machine',
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'the server’s certificate is for another name; use one that stands in it'],
  [/^The server does not support SSL connections$/, 'the server speaks no TLS; use another one, or sslmode=disable'],
];

/** What PgBouncer and its kind say of parameters at the start, and a server of statements that another connection prepared. */
const POOLER = /^unsupported startup parameter|^prepared statement ".*" (already exists|does not exist)/;

/** The same for a Postgres, by the variable that names it. */
export async function postgresMistake(error: unknown, variable: string): Promise<string | null> {
  for (let cause = error; types.isNativeError(cause); cause = cause.cause) {
    const { code, message } = cause as { code?: unknown; message: string };
    const known = POSTGRES.find(([pattern]) => pattern.test(String(code)) || pattern.test(message));
    if (POOLER.test(message))
      return `DATABASE_PREPARED: ${variable} leads to a pooler that lends connections by transaction; set DATABASE_PREPARED=false, and DATABASE_DIRECT_URL to the database itself`;
    if (known) return `${variable}: ${known[1]}`;
  }
  return null;
}

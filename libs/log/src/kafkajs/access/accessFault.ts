import { types } from 'node:util';
import type { KafkaAccess } from '../client';
import { probe, type Offer } from './probe';

/** What is wrong with how we try to reach the brokers; waiting does not mend these. */
export type AccessFault =
  /** The broker's certificate is of an authority that we do not trust. */
  | { kind: 'untrusted' }
  /** It is valid no more, or not yet. */
  | { kind: 'expired' }
  /** It is another host's. */
  | { kind: 'otherHost' }
  /** The broker does not take our certificate, or wants one. */
  | { kind: 'clientCertificate' }
  | { kind: 'wantsTls' }
  | { kind: 'speaksNoTls' }
  /** It asks who we are; by one of these mechanisms. */
  | { kind: 'wantsLogin'; mechanisms: string[] }
  | { kind: 'wantsNoLogin' }
  | { kind: 'otherMechanism'; mechanisms: string[] }
  /** Wrong user, password or token, in the broker's words. */
  | { kind: 'refusedLogin'; reason: string }
  /** Whoever gives out tokens gave none. */
  | { kind: 'noToken'; reason: string };

const BY_CODE: [RegExp, AccessFault][] = [
  [/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/, { kind: 'untrusted' }],
  [/^UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?$/, { kind: 'untrusted' }],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, { kind: 'expired' }],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, { kind: 'otherHost' }],
  [
    /^ERR_SSL_.*(BAD_CERTIFICATE|CERTIFICATE_REQUIRED|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED)/,
    { kind: 'clientCertificate' },
  ],
  [/^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/, { kind: 'speaksNoTls' }],
];
/** Failures that may come of another protocol, or of a broker that is away. */
const UNCLEAR = /^KafkaJS(ConnectionClosed|BrokerNotFound|RequestTimeout)Error$|^KafkaJSBrokerNotFound$/;

/**
 * What an attempt to reach the brokers failed with, if it is a mistake in how we try and not a broker that is away.
 * Where the error does not tell, the brokers are asked what they speak.
 */
export async function accessFault(error: unknown, access: KafkaAccess): Promise<AccessFault | null> {
  let unclear = false;
  for (const cause of causesOf(error)) {
    const code = String((cause as { code?: unknown }).code ?? '');
    const known = BY_CODE.find(([pattern]) => pattern.test(code));
    if (known) return known[1];
    if (cause.name === 'TokenFetchError') return { kind: 'noToken', reason: cause.message };
    if (cause.name === 'KafkaJSSASLAuthenticationError') return refusedLogin(cause, access);
    unclear ||= UNCLEAR.test(cause.name) || code === 'ECONNRESET' || isLoginState(cause);
  }
  return unclear ? probed(access) : null;
}

async function refusedLogin({ message }: Error, access: KafkaAccess): Promise<AccessFault> {
  return (
    (/not supported by the server/.test(message) && (await probed(access))) || { kind: 'refusedLogin', reason: message }
  );
}

/** The broker was asked to log us in, and does not log in anybody. */
function isLoginState(error: Error): boolean {
  return (error as { type?: unknown }).type === 'ILLEGAL_SASL_STATE';
}

function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error; types.isNativeError(cause); cause = cause.cause) yield cause;
}

/** Compares what we try with what the first broker that answers offers. */
async function probed({ brokers, ssl = false, sasl }: KafkaAccess): Promise<AccessFault | null> {
  const mechanism = sasl?.mechanism.toUpperCase();
  for (const broker of brokers) {
    const offer = await probe(broker, { ssl, mechanism });
    if (!offer) continue;
    if (offer.tls !== Boolean(ssl)) return { kind: offer.tls ? 'wantsTls' : 'speaksNoTls' };
    return loginFault(offer.mechanisms, mechanism);
  }
  return null;
}

function loginFault(offered: Offer['mechanisms'], mechanism: string | undefined): AccessFault | null {
  if (offered === undefined) return null;
  if (offered === null) return mechanism ? { kind: 'wantsNoLogin' } : null;
  if (!mechanism) return { kind: 'wantsLogin', mechanisms: offered };
  return offered.includes(mechanism) ? null : { kind: 'otherMechanism', mechanisms: offered };
}

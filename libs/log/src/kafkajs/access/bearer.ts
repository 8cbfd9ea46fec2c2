import { KafkaJSSASLAuthenticationError, type Mechanism } from 'kafkajs';

/** The answer to a token that is taken is empty: the four bytes of its length. */
const NOTHING = 4;

/**
 * SASL OAUTHBEARER (RFC 7628). kafkajs has it too, but takes a refusal for success: a broker answers a bad token with an
 * error document, and closes the connection at whatever comes next.
 */
export function bearerMechanism(token: () => Promise<string>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const message = withLength(`n,,\u0001auth=Bearer ${bare(await fetched(token))}\u0001\u0001`);
        const answer = await saslAuthenticate<Buffer>({
          request: { encode: () => message },
          response: { decode: (raw) => raw, parse: (raw) => raw },
        }).catch((error: Error) => refuse(error.message));
        if (answer && answer.length > NOTHING) refuse(answer.toString('utf8', NOTHING));
      },
    }),
  };
}

async function fetched(token: () => Promise<string>): Promise<string> {
  try {
    return await token();
  } catch (error) {
    throw new TokenFetchError(`no token for the brokers: ${(error as Error).message}`, { cause: error });
  }
}

/** What the token's issuer says of us, not the broker. */
class TokenFetchError extends Error {
  override readonly name = 'TokenFetchError';
}

/** A separator within it would end the message early. */
function bare(token: string): string {
  if (/^[\w.~+/=-]+$/.test(token)) return token;
  throw new TokenFetchError('no token for the brokers: what was fetched is none');
}

function refuse(reason: string): never {
  // Its declaration forgets the message.
  const Refusal = KafkaJSSASLAuthenticationError as new (message: string) => Error;
  throw new Refusal(`SASL OAUTHBEARER authentication failed: ${reason}`);
}

function withLength(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

import type { ConnectionOptions } from 'node:tls';
import { Kafka, logLevel, type Mechanism, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { LogLine } from '../observer';
import { bearerMechanism } from './access/bearer';
import { createSockets } from './socket';
import { tuneKafkajs } from './tuneKafkajs';

/** How to reach the brokers. */
export interface KafkaAccess {
  brokers: string[];
  clientId: string;
  /** TLS: true for the system's authorities, or Node's own options. */
  ssl?: boolean | ConnectionOptions;
  sasl?: KafkaLogin;
}

/** Who we are to the brokers: a password, or a token that is fetched for each login. */
export type KafkaLogin =
  | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
  | { mechanism: 'oauthbearer'; token(): Promise<string> };

/** How long to wait for one answer (milliseconds), and how often to ask again. */
export interface Patience {
  requestTimeout: number;
  retry: RetryOptions;
}

const pace = { initialRetryTime: 50, maxRetryTime: 250, factor: 0.2, multiplier: 1.5 };

/**
 * For producers and consumers, whose giving up would be worse than waiting: a producer that gives up rolls its sequence
 * back. The short pace is what brings a consumer back 0.3 s after a broker's restart; kafkajs's default takes 30 s.
 */
export const ENDLESS: Patience = {
  requestTimeout: 10_000,
  retry: { ...pace, retries: Number.MAX_SAFE_INTEGER, restartOnFailure: async () => true },
};

/** For questions somebody waits for, about 2 s: without a bound, one about a missing topic would hang for ever. */
export const BOUNDED: Patience = { requestTimeout: 5_000, retry: { ...pace, retries: 10 } };

/** A kafkajs client with this driver's settings; what is made from it has own connections. */
export interface KafkaClient {
  kafka: Kafka;
  /** Ends endless retries: there is nothing to connect to any more. What is connected stays so. */
  retire(): void;
  /** Ends requests that the broker holds, such as a fetch that finds nothing. What is idle stays connected. */
  interrupt(): void;
  /** Closes what is left: kafkajs forgets a broker whose connection was interrupted, with its other connection open. */
  close(): void;
}

export function createClient(access: KafkaAccess, patience: Patience, log: LogLine): KafkaClient {
  tuneKafkajs();
  let retired = false;
  const sockets = createSockets();
  const kafka = new Kafka({
    // An empty list is the one thing that makes kafkajs give up connecting: `disconnect` alone does not.
    brokers: () => (retired ? [] : access.brokers),
    clientId: access.clientId,
    ssl: access.ssl ?? false,
    ...(access.sasl ? { sasl: loginOf(access.sasl) } : {}),
    connectionTimeout: 1_000,
    ...patience,
    socketFactory: sockets.open,
    logLevel: logLevel.WARN,
    // What kafkajs calls an error it retries by itself; what it cannot handle reaches us as a rejection or a crash.
    logCreator:
      () =>
      ({ namespace, label, log: { message, ...fields } }) =>
        // What is retired breaks its own connections: a request that kafkajs sends on one of them all the same is no fault.
        log(label === 'ERROR' && !retired ? 'warn' : 'info', `kafkajs ${namespace}: ${message}`, fields),
  });
  return {
    kafka,
    retire: () => void (retired = true),
    interrupt: sockets.closeWaiting,
    close: sockets.closeAll,
  };
}

function loginOf(login: KafkaLogin): SASLOptions | Mechanism {
  return login.mechanism === 'oauthbearer' ? bearerMechanism(login.token) : (login as SASLOptions);
}

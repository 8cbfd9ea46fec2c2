import type { Kafka } from 'kafkajs';
import type Encoder from 'kafkajs/src/protocol/encoder';
import { clusterOf } from './cluster';

/** A request that kafkajs does not know. */
export interface BrokerQuestion<Answer> {
  apiKey: number;
  /** The version it is written in; where the broker knows none that high, the answer is null. */
  apiVersion: number;
  apiName: string;
  /** With the first byte of the body's tagged header fields: those that kafkajs writes have none. */
  encode(): Encoder;
  decode(raw: Buffer): Answer;
}

/**
 * Asks a broker what kafkajs cannot, over one of its connections, with its TLS and SASL. Null where the broker is too
 * old for the question.
 */
export async function askBroker<Answer>(kafka: Kafka, question: BrokerQuestion<Answer>): Promise<Answer | null> {
  const { apiKey, apiVersion, apiName, encode, decode } = question;
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    const broker = await cluster.findControllerBroker();
    if ((broker.versions?.[apiKey]?.maxVersion ?? -1) < apiVersion) return null;
    return await broker.connectionPool.send({
      request: { apiKey, apiVersion, apiName, encode: async () => encode() },
      response: { decode: async (raw) => decode(raw), parse: async (answer) => answer },
    });
  } finally {
    await cluster.disconnect();
  }
}

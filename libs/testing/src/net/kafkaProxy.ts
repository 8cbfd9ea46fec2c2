import { tcpProxy, type Tap, type TcpProxy, type TcpProxyOptions } from './tcpProxy';

/** Kafka's API keys (protocol guide, "API keys"). */
const apiKeys = { produce: 0, fetch: 1, metadata: 3, findCoordinator: 10, joinGroup: 11, heartbeat: 12 } as const;
export type KafkaApi = keyof typeof apiKeys;

/** `cut` drops the response with its connection, `swallow` the response alone. The request has taken effect either way. */
export type LossKind = 'cut' | 'swallow';

export interface KafkaProxy extends TcpProxy {
  /** Loses the next response to a request of this kind. Resolves when it has been lost. */
  loseNextResponse(api: KafkaApi, kind?: LossKind): Promise<void>;
}

interface Loss {
  apiKey: number;
  kind: LossKind;
  done: () => void;
}

/** Cuts a byte stream into Kafka's frames: a length of four bytes, then that many. */
const frames = () => {
  let rest = Buffer.alloc(0);
  return (chunk: Buffer): Buffer[] => {
    rest = Buffer.concat([rest, chunk]);
    const complete: Buffer[] = [];
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      complete.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return complete;
  };
};

const kafkaTap = (losses: Loss[]): Tap => {
  const requests = frames();
  const responses = frames();
  const apiKeyOf = new Map<number, number>();
  const lossFor = (correlationId: number): Loss | undefined => {
    const apiKey = apiKeyOf.get(correlationId);
    apiKeyOf.delete(correlationId);
    const index = losses.findIndex((loss) => loss.apiKey === apiKey);
    return index < 0 ? undefined : losses.splice(index, 1)[0];
  };
  return {
    request: (chunk) => requests(chunk).forEach((frame) => apiKeyOf.set(frame.readInt32BE(8), frame.readInt16BE(4))),
    response: (chunk) => {
      const forwarded: Buffer[] = [];
      for (const frame of responses(chunk)) {
        const loss = lossFor(frame.readInt32BE(4));
        loss?.done();
        if (loss?.kind === 'cut') return null;
        if (!loss) forwarded.push(frame);
      }
      return Buffer.concat(forwarded);
    },
  };
};

/**
 * A proxy in front of a broker that understands Kafka's framing and can lose one response of a kind. The broker must
 * advertise the proxy's port, or clients go past it after their first request.
 */
export const kafkaProxy = async (options: Omit<TcpProxyOptions, 'tap'>): Promise<KafkaProxy> => {
  const losses: Loss[] = [];
  const proxy = await tcpProxy({ ...options, tap: () => kafkaTap(losses) });
  return {
    ...proxy,
    loseNextResponse: (api, kind = 'cut') => new Promise((done) => losses.push({ apiKey: apiKeys[api], kind, done })),
  };
};

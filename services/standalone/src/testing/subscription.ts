import { ConnectError, type Client } from '@connectrpc/connect';
import type { ChatService } from '@threadlog/grpc';
import { eventually } from '@threadlog/testing';

type Responses = ReturnType<Client<typeof ChatService>['subscribe']>;
type Response = Responses extends AsyncIterable<infer R> ? R : never;
type Kind = NonNullable<Response['frame']['case']>;

/** What came over a stream of `Subscribe`, and how it ended. */
export interface Subscription {
  responses: Response[];
  kinds(): (Kind | undefined)[];
  /** Responses of one kind, in order. */
  of(kind: Kind): Response[];
  /** Resolves with them when there are so many. */
  wait(kind: Kind, count?: number): Promise<Response[]>;
  ended: Promise<ConnectError | null>;
}

export function collect(stream: Responses): Subscription {
  const responses: Response[] = [];
  const read = async () => {
    try {
      for await (const response of stream) responses.push(response);
      return null;
    } catch (error) {
      return ConnectError.from(error);
    }
  };
  const ended = read();
  const of = (kind: Kind) => responses.filter(({ frame }) => frame.case === kind);
  const kinds = () => responses.map(({ frame }) => frame.case);
  return {
    responses,
    kinds,
    of,
    wait: (kind, count = 1) =>
      eventually(() => {
        const found = of(kind);
        if (found.length >= count) return found;
        throw new Error(`${found.length} of ${count} ${kind} among ${kinds().join(' ')}`);
      }),
    ended,
  };
}

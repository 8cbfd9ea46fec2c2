import type { Actor } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import { createLogger, createMetrics, createRateLimits } from '@threadlog/service';
import { testActor } from '@threadlog/testing';
import { createGrpc, type GrpcDeps } from './role';

const actor: Actor = testActor('ada');
const TOKEN = 'token';
export const headers = { authorization: `Bearer ${TOKEN}` };

const verify = (token: string): Actor => {
  if (token !== TOKEN) throw problem('unauthorized', 'The token is not valid.');
  return actor;
};

export const verifier: GrpcDeps['verifier'] = {
  verifyCached: () => undefined,
  verify: (token) => Promise.resolve(token).then(verify),
};

/** The role alone, on a port of its own. */
export async function serveRole(deps: Partial<GrpcDeps> & Pick<GrpcDeps, 'limits'>) {
  const stop = new AbortController();
  const listening = Promise.withResolvers<string>();
  const metrics = createMetrics({ defaults: false });
  const role = createGrpc({
    streams: { open: () => Promise.reject(new Error('none')) as never, drain: () => Promise.resolve() },
    calls: {} as GrpcDeps['calls'],
    verifier,
    rateLimits: createRateLimits({ rates: {} }),
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics,
    config: { TRUST_PROXY: 0, ACCESS_LOG: 'off', GRPC_HOST: '127.0.0.1', GRPC_PORT: 0 },
    onListening: ({ url }) => listening.resolve(url),
    ...deps,
  });
  const ended = role.run(stop.signal);
  const end = async () => {
    stop.abort();
    await ended;
  };
  return { url: await listening.promise, end, metrics };
}

/** A message as gRPC has it on the wire, not compressed. */
export function enveloped(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

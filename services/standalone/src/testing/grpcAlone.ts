import { ConnectError, createClient, type Code } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ChatService } from '@threadlog/grpc';
import { createMetrics } from '@threadlog/service';
import { composeRoles } from '../compose';
import { loadStandaloneConfig } from '../config';
import type { givenStandalone } from './standalone';

/** The gRPC role alone, as a process of its own has it: it reads and follows the log by itself, and writes through the other's command API. */
export async function startGrpcAlone(api: ReturnType<typeof givenStandalone>, port: number) {
  const config = loadStandaloneConfig({ ...api.env(), ROLES: 'grpc', GRPC_PORT: String(port) });
  const stop = new AbortController();
  const listening = Promise.withResolvers<void>();
  const metrics = createMetrics({ defaults: false });
  const roles = composeRoles({ ...api.runtime(), metrics }, config, { onGrpcListening: () => listening.resolve() });
  const ended = Promise.all(roles.map((role) => role.run(stop.signal)));
  await Promise.race([listening.promise, ended]);
  return {
    /** Throws while it is not ready. */
    async check() {
      for (const { check } of roles.flatMap(({ checks }) => checks ?? [])) await check();
    },
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

export const grpcUrl = (port: number) => `http://127.0.0.1:${port}`;

export const chatAt = (baseUrl: string) => createClient(ChatService, createGrpcTransport({ baseUrl }));

/** How a call ended, 0 for OK. */
export const codeOf = (call: Promise<unknown>): Promise<Code | 0> =>
  call.then(
    () => 0 as const,
    (error: unknown) => ConnectError.from(error).code,
  );

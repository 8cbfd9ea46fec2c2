import { createRemoteChatWrites, rememberWrites, type CommandApi } from '@threadlog/command-api';
import { createGrpc, type GrpcDeps } from '@threadlog/grpc';
import type { QueryApi } from '@threadlog/query-api';
import { createRemoteCommands, type Runtime } from '@threadlog/runtime';
import type { LastWrites, Role } from '@threadlog/service';
import type { StandaloneConfig } from './config';

export interface GrpcParts {
  /** Of this process, if it has one. */
  commandApi: CommandApi | undefined;
  /** Of this process; run beside the service even where its routes are not served. */
  queryApi: QueryApi;
  lastWrites: LastWrites | undefined;
  /** Of this process. */
  streams: GrpcDeps['streams'];
  onListening: GrpcDeps['onListening'];
}

/** The gRPC service over the very calls that `/v1` has: the reads of this process, and its writes or those of any other. */
export function grpcRole(runtime: Runtime, config: StandaloneConfig, parts: GrpcParts): Role {
  const { commandApi, queryApi, streams, onListening } = parts;
  const { writes, close } = commandApi
    ? { writes: commandApi.chat, close: nothing }
    : remoteWrites(runtime, config, parts);
  const role = createGrpc({
    ...runtime,
    config,
    calls: { ...queryApi.chat, ...writes },
    streams,
    limits: { commandTimeoutMs: config.COMMAND_TIMEOUT_MS },
    onListening,
  });
  return { ...role, run: (signal) => role.run(signal).finally(close) };
}

const nothing = () => Promise.resolve();

function remoteWrites(runtime: Runtime, config: StandaloneConfig, { lastWrites }: GrpcParts) {
  const { router, close } = createRemoteCommands(runtime, config);
  const remembering = rememberWrites(router, lastWrites);
  const timeoutMs = config.COMMAND_TIMEOUT_MS;
  return { writes: createRemoteChatWrites({ ...runtime, router: remembering, timeoutMs }), close };
}

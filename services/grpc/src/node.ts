import type { connectNodeAdapter } from '@connectrpc/connect-node';

/** What answers requests, over either version of HTTP. */
export type NodeHandler = ReturnType<typeof connectNodeAdapter>;
export type NodeServerRequest = Parameters<NodeHandler>[0];
export type NodeServerResponse = Parameters<NodeHandler>[1];
export type Http2Response = Extract<NodeServerResponse, { stream: unknown }>;

import type { Actor } from '@threadlog/auth';
import type { Problem } from '@threadlog/events';
import type { SuccessStatus } from './contract';
import type { Command } from './contracts';

/** A command on its way to the owner of its stream's partition. Plain JSON: forwarding sends it as it is. */
export interface CommandRequest {
  actor: Actor;
  command: Command;
  /** The client's key. Where it sent none, one is minted for what goes over the wire, and where ids derive from it. */
  idempotencyKey: string | null;
  correlationId: string;
  traceparent?: string | undefined;
  /** Milliseconds the caller still waits; past them the answer is `outcome_unknown` or `unavailable`. */
  timeoutMs: number;
}

/** Where the last event of a command stands in the log. */
export interface LogPosition {
  partition: number;
  offset: number;
}

export interface CommandAccepted {
  ok: true;
  status: SuccessStatus;
  /** The resource as the queries would show it to this actor; null with 204. */
  resource: unknown;
  /** Null when the command changed nothing. */
  position: LogPosition | null;
  /** True when this is the first answer again. */
  replayed: boolean;
  /** Path below `/api/v1` of a created resource. */
  location?: string;
  /** Entity tag without quotes. */
  etag?: string;
}
export type CommandResult = CommandAccepted | { ok: false; problem: Problem };

/** Every writer's way in: REST, sockets, the internal API, the worker. Never rejects; faults are problems. */
export interface CommandRouter {
  execute(request: CommandRequest): Promise<CommandResult>;
}

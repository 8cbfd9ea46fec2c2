import type { Actor } from '@threadlog/auth';
import type { CommandAccepted } from '@threadlog/commands';
import type { V1Message, V1Read } from '@threadlog/events';
import { encodeConsistencyToken } from '@threadlog/service';
import type { CommandRouteDeps } from '../../http/commandRoute';
import { markAsRead, sendMessage } from './calls';
import { markReadRequest, sendBody } from './schemas';

/** Who writes, over a surface without HTTP. */
export interface ChatWriter {
  actor: Actor;
  requestId: string;
  traceparent: string | undefined;
  /** Milliseconds it waits for the answer; never more than the process allows. */
  timeoutMs: number;
}

/** `token` is the consistency token of what was written; undefined where that was nothing. */
interface Written {
  token: string | undefined;
}

/** The writes of `/v1` without HTTP. Requests are checked here. Throws problems, or an error of zod. */
export interface ChatWrites {
  sendMessage(writer: ChatWriter, request: object): Promise<Written & { message: V1Message; duplicate: boolean }>;
  markAsRead(writer: ChatWriter, request: object): Promise<Written & { read: V1Read }>;
}

export type ChatWriteDeps = Pick<CommandRouteDeps, 'router' | 'timeoutMs' | 'lookUps' | 'logId'>;

export function createChatWrites(deps: ChatWriteDeps): ChatWrites {
  const within = (writer: ChatWriter) => ({ ...deps, timeoutMs: Math.min(deps.timeoutMs, writer.timeoutMs) });
  const callerOf = (writer: ChatWriter) => ({ ...writer, headers: {} });
  const tokenOf = ({ position }: CommandAccepted): string | undefined =>
    position ? encodeConsistencyToken({ logId: deps.logId, ...position }) : undefined;
  return {
    async sendMessage(writer, request) {
      const { told, message } = await sendMessage(callerOf(writer), within(writer), sendBody.parse(request));
      return { message, duplicate: told.replayed, token: tokenOf(told) };
    },
    async markAsRead(writer, request) {
      const { told, read } = await markAsRead(callerOf(writer), within(writer), markReadRequest.parse(request));
      return { read, token: tokenOf(told) };
    },
  };
}

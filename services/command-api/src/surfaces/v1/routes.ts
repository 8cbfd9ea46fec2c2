import { v1ReadSchema } from '@threadlog/events';
import { problemBody, type Route, type RouteReply } from '@threadlog/service';
import { replyTo, writeRoute, type CommandRouteDeps } from '../../http/commandRoute';
import { markAsRead, sendMessage, type Sent } from './calls';
import * as schemas from './schemas';

const tags = ['Version 1'];

const send = writeRoute({
  method: 'post',
  path: '/v1/messages',
  operationId: 'v1SendMessage',
  sends: ['message.post'],
  summary: 'Send a message',
  description: 'Acknowledged once it is in the log. The same request again under the same key is answered 409.',
  tags,
  body: schemas.sendBody,
  responses: {
    201: { description: 'The message', schema: schemas.sentSchema },
    409: { description: 'It was sent before, or the conversation takes no message', schema: schemas.duplicateSchema },
  },
  async handler(request, deps) {
    const sent = await sendMessage(request, deps, request.body);
    return sent.told.replayed ? duplicate(sent, request.requestId, deps) : replyTo(sent.told, deps, told(sent));
  },
});

const told = ({ message }: Sent) => ({ body: { message } });

const SENT_BEFORE = {
  code: 'already_exists',
  detail: 'The same request came before under this idempotency key; details has its answer.',
} as const;

function duplicate(sent: Sent, requestId: string, deps: CommandRouteDeps): RouteReply {
  const body = { ...problemBody(SENT_BEFORE, { instance: '/v1/messages', requestId }), details: told(sent).body };
  const { headers } = replyTo(sent.told, deps);
  return { status: 409, body, headers: { ...headers, 'Content-Type': 'application/problem+json; charset=utf-8' } };
}

const read = writeRoute({
  method: 'post',
  path: '/v1/conversations/{conversationId}/read',
  operationId: 'v1MarkAsRead',
  sends: ['thread.read'],
  summary: 'Mark a conversation as read',
  description: 'All of it, or up to a message. Doing it again changes nothing.',
  tags,
  params: schemas.conversationParams,
  body: schemas.readBody,
  responses: { 200: { description: 'How far the caller has read', schema: v1ReadSchema } },
  problems: ['projection_lagging'],
  async handler(request, deps) {
    const place = { ...request.params, messageId: request.body?.message_id };
    const answer = await markAsRead(request, deps, place);
    return replyTo(answer.told, deps, { body: answer.read });
  },
});

/** The writes of `/v1`, on the calls that the gRPC service has, too. */
export const v1Routes: readonly Route<CommandRouteDeps>[] = [send, read];

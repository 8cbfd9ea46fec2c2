import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ChatService, ErrorInfoSchema, RetryInfoSchema } from '@threadlog/grpc';
import { testActor } from '@threadlog/testing';
import { givenStandalone, tokenOf } from './testing/standalone';

const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,grpc',
  ENABLE_RATE_LIMITING: 'true',
  RATE_LIMIT_ACTOR: '4/15m',
  RATE_LIMIT_IP: '5/15m',
});
const chat = () => createClient(ChatService, createGrpcTransport({ baseUrl: api.grpc() }));
const refused = (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(
    () => Promise.reject(new Error('it was let through')),
    (error: unknown) => ConnectError.from(error),
  );

it('an actor has one budget over HTTP and gRPC, and is told when it is used up', async () => {
  const ada = testActor('ada');
  const call = () => chat().getConversations({}, { headers: { authorization: `Bearer ${tokenOf(ada)}` } });
  for (let n = 0; n < 2; n += 1) {
    await call();
    expect((await api.as(ada).call('GET', '/v1/conversations')).status).toBe(200);
  }
  const error = await refused(call());
  expect([error.code, error.findDetails(ErrorInfoSchema)[0]?.reason]).toEqual([Code.ResourceExhausted, 'RATE_LIMITED']);
  expect(Number(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds)).toBeGreaterThan(0);
  expect((await api.as(ada).call('GET', '/v1/conversations')).status).toBe(429);
  const ben = { headers: { authorization: `Bearer ${tokenOf(testActor('ben'))}` } };
  expect((await chat().getConversations({}, ben)).conversations).toEqual([]);
});

it('calls without a valid token are counted for their address, unknown methods too', async () => {
  const codes: Code[] = [];
  for (let n = 0; n < 4; n += 1) codes.push((await refused(chat().getConversations({}))).code);
  const unknown = await fetch(`${api.grpc()}/chat.v1.ChatService/Nothing`, { method: 'POST' });
  expect(unknown.status).toBe(404);
  for (let n = 0; n < 2; n += 1) codes.push((await refused(chat().getConversations({}))).code);
  expect(codes).toEqual([...Array<Code>(4).fill(Code.Unauthenticated), ...Array<Code>(2).fill(Code.ResourceExhausted)]);
  // Whoever has a token is not held up by those who have none.
  const headers = { authorization: `Bearer ${tokenOf(testActor('cleo'))}` };
  expect((await chat().getConversations({}, { headers })).conversations).toEqual([]);
});

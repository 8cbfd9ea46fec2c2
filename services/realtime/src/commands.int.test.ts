import { CLIENT_EVENTS, problem, type ClientEventName } from '@threadlog/events';
import { eventually, testActor, threadStory } from '@threadlog/testing';
import { z } from 'zod';
import { givenRealtime } from './testing/service';

const ada = testActor('ada');

describe('commands', () => {
  const server = givenRealtime({
    limits: { commandsPerSecond: 5, commandBurst: 8, commandsInFlight: 4, agentResumeMs: 200 },
  });
  const { tell, ready } = server;
  const accepted = (resource: unknown) => ({
    ok: true as const,
    status: 201 as const,
    resource,
    position: null,
    replayed: false,
  });

  test('go to the router with the actor and the client’s own id, and are acked with the resource', async () => {
    const { socket } = await ready(ada);
    server.answerWith(async () => accepted({ id: 'm1', content: 'hi' }));
    const answer: unknown = await socket.emitWithAck('message:send', {
      conversationId: 'c1',
      content: 'hi',
      tempId: 'tmp-1',
    });
    expect(answer).toEqual({ id: 'm1', content: 'hi' });
    expect(server.commands).toMatchObject([
      {
        actor: { id: 'ada', tenantId: 'acme' },
        idempotencyKey: 'tmp-1',
        command: {
          type: 'message.post',
          input: { threadId: 'c1', content: 'hi', messageType: 'text', clientMessageId: 'tmp-1', attachments: [] },
        },
      },
    ]);
  });

  test('about a message find its thread, even where the read model is late', async () => {
    const story = threadStory({ threadId: 'c2', owner: 'ada' });
    const messageId = story.post('ada', 'hi');
    await tell(story);
    const { socket } = await ready(ada);
    server.answerWith(async ({ command }) => accepted(command.input));
    const edited = socket.emitWithAck('message:edit', { messageId, content: 'ho', mentions: ['ada'] });
    await server.project();
    expect(await edited).toEqual({ threadId: 'c2', messageId, content: 'ho', mentions: ['ada'] });
    expect(await socket.emitWithAck('message:delete', { messageId })).toEqual({ messageId });
    expect(await socket.emitWithAck('message:delete', { messageId: 'never' })).toMatchObject({ code: 'not_found' });
  });

  /** Whatever names a conversation and something in it; a new event of the kind is tried by itself. */
  const ofTwo = Object.entries(CLIENT_EVENTS).filter(([, schema]) => {
    const fields = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    return fields.includes('conversationId') && (fields.includes('threadId') || fields.includes('messageId'));
  });

  test.each(ofTwo.map(([event]) => event as ClientEventName))(
    '%s about something of another conversation finds nothing, and reaches nobody',
    async (event) => {
      const [here, there] = [`here-${event}`, `there-${event}`].map((id) => id.replace(':', '-')) as [string, string];
      const stories = [here, there, `${there}~sub`].map((threadId) => threadStory({ threadId, owner: 'ada' }));
      const messageIds = stories.map((story) => story.post('ada', 'hi'));
      for (const story of stories) await tell(story);
      await server.project();
      const { socket } = await ready(ada);
      // An answer of an agent that had begun would go on asking.
      const refused = { ok: false as const, problem: problem('forbidden', 'No.').problem };
      server.answerWith(async ({ command }) =>
        command.type === 'agent.mayAnswer' ? refused : accepted(command.input),
      );
      const say = (more: object) =>
        socket.emitWithAck(event as 'message:send', {
          conversationId: here,
          content: 'hi',
          runId: '4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33',
          ...{ triggerMessageId: messageIds[0], state: 'thinking' },
          ...more,
        }) as Promise<unknown>;
      const takes = (field: string) => field in (CLIENT_EVENTS[event] as unknown as z.ZodObject).shape;
      for (const threadId of takes('threadId') ? [there, `${there}~sub`, `${there}~never`, `x${here}`] : [])
        expect([threadId, await say({ threadId })]).toEqual([threadId, expect.objectContaining({ code: 'not_found' })]);
      for (const messageId of takes('messageId') ? messageIds.slice(1) : [])
        expect(await say({ messageId })).toMatchObject({ code: 'not_found' });
      expect(server.commands).toEqual([]);
      if (!takes('threadId')) return;
      const answer = await say({ threadId: here });
      // It is answered, or was taken to the thread's owner: what is found there is another matter.
      const refusal = expect.objectContaining({ code: expect.anything() });
      expect([server.commands.length, answer]).not.toEqual([0, refusal]);
    },
  );

  test('that are refused are acked with the problem', async () => {
    const { socket } = await ready(ada);
    server.answerWith(async () => ({
      ok: false,
      problem: problem('thread_closed', 'The thread is archived.').problem,
    }));
    const refused: unknown = await socket.emitWithAck('message:send', { conversationId: 'c1', content: 'hi' });
    expect(refused).toMatchObject({
      code: 'thread_closed',
      status: 409,
      detail: 'The thread is archived.',
      retryable: false,
    });
    const invalid: unknown = await socket.emitWithAck('message:send', { conversationId: 'c1', content: '' });
    expect(invalid).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/content' }] });
    expect(await socket.emitWithAck('no:such', {})).toMatchObject({ code: 'invalid_request' });
  });

  test('without an ack fail with error, and message:error where there is a tempId', async () => {
    const listener = await ready(ada);
    server.answerWith(async () => ({ ok: false, problem: problem('forbidden', 'No.').problem }));
    listener.socket.emit('message:send', { conversationId: 'c1', content: 'hi', tempId: 'tmp-2' });
    expect(await listener.wait('error')).toEqual([{ code: 'FORBIDDEN', message: 'No.' }]);
    expect(await listener.wait('message:error')).toEqual([{ messageId: 'tmp-2', error: 'No.', code: 'FORBIDDEN' }]);
  });

  test('of one socket are limited, in a second and in flight', async () => {
    const { socket } = await ready(ada);
    const waiting = Promise.withResolvers<void>();
    server.answerWith(async () => waiting.promise.then(() => accepted({})));
    const send = () =>
      socket.emitWithAck('message:send', { conversationId: 'c1', content: 'hi' }) as Promise<{ code?: string }>;
    const all = Array.from({ length: 10 }, send);
    await eventually(() => expect(server.commands).toHaveLength(4));
    waiting.resolve();
    const codes = (await Promise.all(all)).map(({ code }) => code ?? 'ok');
    expect(codes.filter((code) => code === 'ok')).toHaveLength(4);
    expect(codes).toContain('overloaded');
    expect(codes).toContain('rate_limited');
  });

  test('in frames that are too large end the connection, not the server', async () => {
    const { socket } = await ready(ada);
    socket.io.reconnection(false);
    const reason = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('message:send', { conversationId: 'c1', content: 'x'.repeat(300 * 1024) });
    expect(await reason).toMatch(/transport/);
    await ready(ada);
  });

  test('of an agent that stays away: what it has said is its answer, broken off', async () => {
    const story = threadStory({ threadId: 'c-away', owner: 'ada' });
    const triggerMessageId = story.post('ada', 'What is x?');
    await tell(story);
    await server.project();
    const { socket } = await ready(testActor('bot', { role: 'agent' }));
    server.answerWith(async () => accepted({ id: 'answer' }));
    const begin = { conversationId: 'c-away', triggerMessageId, state: 'thinking' as const };
    const { runId } = (await socket.emitWithAck('agent:run', begin)) as { runId: string };
    await socket.emitWithAck('agent:text', { runId, n: 1, text: 'Try x' });
    socket.disconnect();
    await eventually(() => {
      const answers = server.commands.map(({ command }) => command).filter(({ type }) => type === 'agent.answer');
      expect(answers).toMatchObject([{ input: { threadId: 'c-away', content: 'Try x', run: { finish: 'failed' } } }]);
    });
  });
});

import type { UIMessageChunk } from 'ai';
import type { ChatClient, Draft, ShownMessage, ThreadSnapshot } from '../index.ts';
import { BEGUN_AGAIN } from './answer.ts';
import { createChatTransport, toUIMessages, type AnswerMessage } from './index.ts';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
afterEach(() => void jest.useRealTimers());

const draft = (runId: string, change: Partial<Draft> = {}): Draft => ({
  ...{ runId, agentId: 'tutor', state: 'writing', reason: null, text: '', n: 1, gap: false },
  ...change,
});
const said = (messageIndex: number, runId: string | null, content: string): ShownMessage =>
  ({
    ...{ id: `m${messageIndex}`, threadId: 't1', messageIndex, content, state: 'sent', deletedAt: null },
    senderType: runId === null ? 'user' : 'agent',
    ...(runId !== null && { run: { runId, triggerMessageId: 'm1', finish: 'complete' } }),
  }) as ShownMessage;

/** A client with one thread, which shows what it is told to. */
function given(options: { stopOnAbort?: boolean } = {}) {
  const listeners = new Set<() => void>();
  const stopped: string[] = [];
  const discarded: string[] = [];
  let refusal: Error | null = null;
  let snapshot = { status: 'live', messages: [], drafts: [] } as unknown as ThreadSnapshot;
  const show = (change: Partial<ThreadSnapshot>) => {
    snapshot = { ...snapshot, ...change };
    for (const listener of [...listeners]) listener();
  };
  const view = {
    getSnapshot: () => snapshot,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(content: string) {
      const message = said(snapshot.messages.length + 1, null, content);
      if (refusal) return { localId: 'l1', sent: Promise.reject(refusal) };
      show({ messages: [...snapshot.messages, message] });
      return { localId: 'l1', sent: Promise.resolve(message) };
    },
    discard: (localId: string) => discarded.push(localId),
  };
  const client = {
    thread: () => view,
    agents: {
      stop: (threadId: string, runId: string) => {
        stopped.push(`${threadId} ${runId}`);
        return Promise.resolve();
      },
    },
  } as unknown as ChatClient;
  const transport = createChatTransport({ client, ...options });
  const question: AnswerMessage = { id: 'q1', role: 'user', parts: [{ type: 'text', text: 'What is x?' }] };
  const ask = (abortSignal?: AbortSignal) =>
    transport.sendMessages({
      ...{ trigger: 'submit-message', chatId: 't1', messageId: undefined, messages: [question], abortSignal },
    });
  return { transport, ask, show, stopped, discarded, listeners, question, refuse: (error: Error) => (refusal = error) };
}

/** All chunks, and what they come to. */
async function read(stream: ReadableStream<UIMessageChunk>) {
  const chunks: UIMessageChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const text = chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.delta : '')).join('');
  const error = chunks.flatMap((chunk) => (chunk.type === 'error' ? [chunk.errorText] : []))[0];
  const start = chunks.flatMap((chunk) => (chunk.type === 'start' ? [chunk] : [])).at(-1);
  const [finish] = chunks.flatMap((chunk) => (chunk.type === 'finish' ? [chunk.messageMetadata] : []));
  return { types: chunks.map(({ type }) => type), id: start?.messageId, text, error, finish };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('tells what the agent says as it comes, and ends with its message', async () => {
  const { ask, show, listeners } = given();
  const reading = read(await ask());
  show({ drafts: [draft('r1', { state: 'thinking' })] });
  show({ drafts: [draft('r1', { text: 'It is' })] });
  await turn();
  show({ drafts: [draft('r1', { text: 'It is a letter' })] });
  show({ drafts: [], messages: [said(1, null, 'What is x?'), said(2, 'r1', 'It is a letter.')] });
  const { types, id, text, finish } = await reading;
  expect(types).toEqual(['start', 'text-start', 'text-delta', 'text-delta', 'text-delta', 'text-end', 'finish']);
  expect([id, text]).toEqual(['r1', 'It is a letter.']);
  expect(finish).toMatchObject({ threadId: 't1', runId: 'r1', messageId: 'm2', finish: 'complete' });
  expect(listeners.size).toBe(0);
});

it('leaves out what was under way before the question, and what others say', async () => {
  const { ask, show } = given();
  show({ drafts: [draft('old', { text: 'Before' })] });
  const reading = read(await ask());
  const ended = draft('old', { state: 'ended', reason: 'superseded', text: 'Before' });
  show({ drafts: [ended], messages: [said(1, null, 'What is x?'), said(2, null, 'I wonder, too')] });
  show({ drafts: [ended, draft('r1', { text: 'A letter' })] });
  show({ messages: [said(1, null, 'What is x?'), said(2, null, 'I wonder, too'), said(3, 'r1', 'A letter')] });
  await expect(reading).resolves.toMatchObject({ text: 'A letter', error: undefined });
});

it('goes on with the run that takes the place of one that had said nothing', async () => {
  const { ask, show } = given();
  const reading = read(await ask());
  show({ drafts: [draft('r1', { state: 'thinking' })] });
  show({ drafts: [draft('r1', { state: 'ended', reason: 'superseded' })] });
  show({ drafts: [draft('r2', { text: 'Both' })] });
  show({ messages: [said(1, null, 'What is x?'), said(3, 'r2', 'Both')] });
  await expect(reading).resolves.toMatchObject({ text: 'Both', id: 'r2' });
});

it.each([
  ['failed', ['start', 'text-start', 'text-delta', 'text-end', 'error']],
  ['timeout', ['start', 'text-start', 'text-delta', 'text-end', 'error']],
  ['superseded', ['start', 'text-start', 'text-delta', 'text-end', 'abort']],
  ['silent', ['start', 'text-start', 'text-delta', 'text-end', 'finish']],
])('ends with a run that ends without a message: %s', async (reason, types) => {
  const { ask, show } = given();
  const reading = read(await ask());
  show({ drafts: [draft('r1', { text: 'It' })] });
  show({ drafts: [draft('r1', { text: 'It', state: 'ended', reason })] });
  await expect(reading).resolves.toMatchObject({ types });
});

it('cannot take back what it told: a text that is another one is an error', async () => {
  const { ask, show } = given();
  const reading = read(await ask());
  show({ drafts: [draft('r1', { text: 'It is' })] });
  // Begun again: shorter is not other.
  show({ drafts: [draft('r1', { text: 'It' })] });
  show({ drafts: [draft('r1', { text: 'It was' })] });
  await expect(reading).resolves.toMatchObject({ text: 'It is', error: BEGUN_AGAIN });
});

it('ends where no agent is at work for long, and not while one is', async () => {
  const { ask, show } = given();
  const reading = read(await ask());
  await jest.advanceTimersByTimeAsync(59_000);
  show({ drafts: [draft('r1', { state: 'thinking' })] });
  await jest.advanceTimersByTimeAsync(600_000);
  show({ drafts: [] });
  await jest.advanceTimersByTimeAsync(61_000);
  await expect(reading).resolves.toMatchObject({ types: ['start', 'error'] });
});

it.each([
  [false, []],
  [true, ['t1 r1']],
])('aborted, it ends; with stopOnAbort %s it stops %j', async (stopOnAbort, expected) => {
  const { ask, show, stopped, listeners } = given({ stopOnAbort });
  const stop = new AbortController();
  const stream = await ask(stop.signal);
  const reading = read(stream);
  show({ drafts: [draft('r1', { text: 'It' })] });
  await turn();
  stop.abort();
  await expect(reading).resolves.toMatchObject({ types: ['start', 'text-start', 'text-delta', 'abort'] });
  expect([stopped, listeners.size]).toEqual([expected, 0]);
});

it('stops nothing where its reader goes away', async () => {
  const { ask, show, stopped, listeners } = given({ stopOnAbort: true });
  const stream = await ask();
  show({ drafts: [draft('r1', { text: 'It' })] });
  await stream.cancel();
  show({ drafts: [draft('r1', { text: 'It is' })] });
  expect([stopped, listeners.size]).toEqual([[], 0]);
});

it('rejects with what the question met, and leaves it in no queue', async () => {
  const { ask, refuse, discarded, listeners } = given();
  refuse(new Error('forbidden'));
  await expect(ask()).rejects.toThrow('forbidden');
  expect([discarded, listeners.size]).toEqual([['l1'], 0]);
});

it('resumes what is under way from its beginning, and nothing where nothing is', async () => {
  const { transport, show, listeners } = given();
  const none = transport.reconnectToStream({ chatId: 't1' });
  await jest.advanceTimersByTimeAsync(2000);
  await expect(none).resolves.toBeNull();
  show({ drafts: [draft('r1', { text: 'It is a' })] });
  const stream = await transport.reconnectToStream({ chatId: 't1' });
  const reading = read(stream!);
  show({ drafts: [draft('r1', { text: 'It is a letter' })] });
  show({ drafts: [], messages: [said(2, 'r1', 'It is a letter')] });
  await expect(reading).resolves.toMatchObject({ text: 'It is a letter', id: 'r1' });
  expect(listeners.size).toBe(0);
});

it('stops what is under way when it is told to', async () => {
  const { transport, show, stopped } = given();
  show({ drafts: [draft('r0', { state: 'ended' }), draft('r1')] });
  await transport.stop('t1');
  expect(stopped).toEqual(['t1 r1']);
});

it('refuses what a thread cannot do', async () => {
  const { transport, question } = given();
  const send = (change: object) =>
    transport.sendMessages({
      ...{
        trigger: 'submit-message',
        chatId: 't1',
        messageId: undefined,
        messages: [question],
        abortSignal: undefined,
      },
      ...change,
    });
  await expect(send({ trigger: 'regenerate-message' })).rejects.toMatchObject({ code: 'unsupported' });
  await expect(send({ messages: [] })).rejects.toMatchObject({ code: 'unsupported' });
  const file = { type: 'file', mediaType: 'image/png', url: 'data:,' };
  await expect(send({ messages: [{ ...question, parts: [file] }] })).rejects.toMatchObject({ code: 'unsupported' });
});

it('has the messages of a thread as those of a chat', () => {
  expect(toUIMessages([said(1, null, 'What is x?'), said(2, 'r1', 'A letter')])).toMatchObject([
    { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'What is x?' }] },
    { id: 'r1', role: 'assistant', metadata: { messageId: 'm2', runId: 'r1' } },
  ]);
});

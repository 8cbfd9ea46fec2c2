import { createRateLimits } from '@threadlog/service';
import type { Frame } from '../frames';
import { connectionOf, createWires, userActor } from '../testing/wires';
import { createDispatch, type DispatchDeps } from './dispatch';
import type { CommandContext } from './define';

const CONVERSATION = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10';
const MESSAGE = '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d11';

/** A socket whose commands find a store that fails so. */
function given(failure: Error) {
  const faults: unknown[] = [];
  const frames: Frame[] = [];
  const connection = connectionOf(
    createWires().open((frame) => frames.push(frame)),
    userActor('ada'),
  );
  const fail = () => Promise.reject(failure);
  const deps = {
    lookUps: { threadOf: fail, readTarget: fail },
    joins: { join: fail },
    rateLimits: createRateLimits({ rates: {} }),
    limits: { commandsPerSecond: 10, commandBurst: 10, commandsInFlight: 10, threadsPerConnection: 10 },
    onFault: (cause: unknown) => void faults.push(cause),
  } as unknown as DispatchDeps;
  const context = { connection, started: Promise.resolve() } as unknown as CommandContext;
  return { dispatch: createDispatch(context, deps), faults, frames };
}

const failed = (code: string) => Object.assign(new Error('a secret of the store'), { code });
const COMMANDS = [
  ['message:read', { conversationId: CONVERSATION, messageId: MESSAGE }],
  ['conversation:join', { conversationId: CONVERSATION }],
] as const;

describe.each(COMMANDS)('%s, where a store', (event, payload) => {
  it.each([
    ['is away', 'ECONNREFUSED', 'unavailable'],
    ['gave up for another transaction', '40P01', 'unavailable'],
    ['cannot have two transactions beside each other', '40001', 'unavailable'],
    ['has no such table', '42P01', 'internal'],
  ])('%s: it is refused as %s', async (_what, code, expected) => {
    const failure = failed(code);
    const { dispatch, faults } = given(failure);
    const answers: unknown[] = [];
    await dispatch(event, [payload, (answer: unknown) => answers.push(answer)]);
    expect(answers).toEqual([expect.objectContaining({ code: expected, retryable: true })]);
    expect(JSON.stringify(answers)).not.toContain('secret');
    expect(faults).toEqual([failure]);
  });
});

it('says so without an acknowledgement, too', async () => {
  const { dispatch, frames } = given(failed('40P01'));
  await dispatch('message:read', [{ conversationId: CONVERSATION, messageId: MESSAGE }]);
  expect(frames).toMatchObject([{ name: 'error', payload: { code: 'UNAVAILABLE' } }]);
});

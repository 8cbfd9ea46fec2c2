import { testActor } from '@threadlog/testing';
import type { QueryContext } from '../../context';
import { createChatReads } from './chatReads';

const THREAD = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10';
const ada = testActor('ada');

/** The reads over a store that fails so. */
function given(failure: Error) {
  const fail = () => Promise.reject(failure);
  return createChatReads({
    ownWrites: () => Promise.resolve(),
    waitFor: fail,
    statements: { rows: fail, composed: fail },
    messages: () => ({ kind: 'postgres' }),
    busyViewers: { has: () => false, learn: () => undefined },
  } as unknown as QueryContext);
}

const READS = [
  ['a page', undefined],
  ['a page after a write', 'the token of a write'],
  ['a list', undefined],
] as const;

describe.each(READS)('%s, where the store', (what, token) => {
  it.each([
    ['is away', 'ECONNREFUSED'],
    ['gave up for another transaction', '40P01'],
    ['cannot have two transactions beside each other', '40001'],
  ])('%s, may be asked for again, over gRPC as over /v1', async (_why, code) => {
    const failure = Object.assign(new Error('the statement failed'), { code });
    const reads = given(failure);
    const read =
      what === 'a list'
        ? reads.getConversations(ada, {}, token)
        : reads.getMessages(ada, { conversationId: THREAD }, token);
    await expect(read).rejects.toMatchObject({ problem: { code: 'unavailable', retryAfter: 1 }, cause: failure });
  });
});

import { createElement, Fragment } from 'react';
import { renderToString } from 'react-dom/server';
import { createChatClient } from '../index.ts';
import { createOutbox } from '../outbox/index.ts';
import {
  ChatProvider,
  useMessages,
  useOutbox,
  usePresence,
  useThread,
  useThreads,
  useTyping,
  useUnread,
} from './index.ts';

function Everything() {
  const { status, thread } = useThread('t1');
  const { messages } = useMessages('t1');
  const { threads } = useThreads({ status: 'active' });
  const { total } = useUnread();
  const { typing } = useTyping('t1');
  const present = usePresence(['ann']);
  const outbox = useOutbox().status;
  return createElement(
    Fragment,
    null,
    `${status} ${outbox} ${[thread, messages.length, threads.length, total, typing.length, present.size].join()}`,
  );
}

it('renders on a server without a window, a request, a timer or a socket', () => {
  expect(globalThis).not.toHaveProperty('window');
  const fetched = jest.fn();
  const timers = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'setInterval')];
  const outbox = createOutbox({ tenantId: 'school', userId: 'ann' });
  const client = createChatClient({ url: 'http://localhost:1', getToken: fetched, fetch: fetched, outbox });
  const html = renderToString(createElement(ChatProvider, { client }, createElement(Everything)));
  expect(html).toBe('connecting none ,0,0,0,0,0');
  expect(fetched).not.toHaveBeenCalled();
  expect(client.connection.getSnapshot().status).toBe('idle');
  for (const timer of timers) expect(timer).not.toHaveBeenCalled();
});

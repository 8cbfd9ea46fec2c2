import { createElement, Fragment, version } from 'react';
import { renderToString } from 'react-dom/server';
import { createChatClient } from '../../index.ts';
import { createOutbox } from '../../outbox/index.ts';
import {
  ChatProvider,
  useMessages,
  useOutbox,
  usePresence,
  useThread,
  useThreads,
  useTyping,
  useUnread,
} from '../index.ts';

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

/** Names of what was called that a render has no business with. */
const called: string[] = [];
function watch(name: 'setTimeout' | 'setInterval'): void {
  const real = globalThis[name] as (...args: unknown[]) => unknown;
  const watched = (...args: unknown[]) => {
    called.push(name);
    return real(...args);
  };
  Object.assign(globalThis, { [name]: watched });
}

/** Renders all hooks as a server does, and prints what came of it as JSON. */
function main(): void {
  watch('setTimeout');
  watch('setInterval');
  const ask = () => {
    called.push('a request');
    return Promise.reject(new Error('there is no server'));
  };
  const outbox = createOutbox({ tenantId: 'school', userId: 'ann' });
  const client = createChatClient({ url: 'http://localhost:1', getToken: ask, fetch: ask, outbox });
  const html = renderToString(createElement(ChatProvider, { client }, createElement(Everything)));
  const { status } = client.connection.getSnapshot();
  process.stdout.write(JSON.stringify({ version, html, called, status, window: 'window' in globalThis }));
}

main();

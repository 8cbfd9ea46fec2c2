import { createElement, StrictMode, useEffect, useState, version } from 'react';
import { createRoot } from 'react-dom/client';
import { createChatClient } from '../../index.ts';
import { ChatProvider, usePresence, useThread, useThreads, useUnread } from '../index.ts';

declare const document: { title: string; getElementById(id: string): Element };

/** As the demo's server tells its page. */
interface Config {
  apiUrl: string;
  realtimeUrl: string;
  people: { userId: string; token: string }[];
}

const MOUNTS = 10;
/** Shown as the page's title: StrictMode runs each twice. */
let effects = 0;

function Reader({ threadId, userId }: { threadId: string; userId: string }) {
  const { status } = useThread(threadId);
  const { threads } = useThreads();
  const { total } = useUnread();
  const present = usePresence([userId]).get(userId)?.state;
  useEffect(() => void (document.title = `${(effects += 1)} in ${version}`), []);
  return createElement('li', null, `${status} ${threads.length > 0} ${total >= 0} ${present}`);
}

function Page(reader: { threadId: string; userId: string }) {
  const [shown, setShown] = useState(true);
  const readers = Array.from({ length: shown ? MOUNTS : 0 }, (_, key) => createElement(Reader, { key, ...reader }));
  return createElement(
    'main',
    null,
    createElement('button', { onClick: () => setShown(!shown) }, 'Toggle'),
    createElement('ul', null, readers),
  );
}

/** A page that mounts the hooks ten times under StrictMode, for a browser. */
async function start(): Promise<void> {
  const { apiUrl, realtimeUrl, people } = (await (await fetch('/demo/config.json')).json()) as Config;
  const { userId, token } = people[0]!;
  const client = createChatClient({ url: apiUrl, realtimeUrl, token });
  const { id: threadId } = await client.threads.create({ title: 'Strict' });
  const page = createElement(Page, { threadId, userId });
  createRoot(document.getElementById('root')).render(
    createElement(StrictMode, null, createElement(ChatProvider, { client }, page)),
  );
}

void start();

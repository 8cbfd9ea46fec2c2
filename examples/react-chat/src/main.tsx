import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createChatClient } from '@threadlog/client';
import { createOutbox } from '@threadlog/client/outbox';
import { App } from './App.tsx';
import { loadConfig, nameOf } from './config.ts';
import { findConversation } from './conversation.ts';
import type { Member } from './member.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);

/** Two clients in one page: an application has one, of whoever is signed in. */
async function start(): Promise<void> {
  const { apiUrl, realtimeUrl, tenantId, people } = await loadConfig();
  const members = people.map(({ userId, role, token }): Member => ({
    ...{ userId, role, name: nameOf(userId) },
    client: createChatClient({ url: apiUrl, realtimeUrl, token, outbox: createOutbox({ tenantId, userId }) }),
  }));
  const [teacher, learner] = members;
  if (!teacher || !learner) throw new Error('There are not two people to show.');
  const threadId = await findConversation(teacher, learner);
  root.render(
    <StrictMode>
      <App members={[teacher, learner]} threadId={threadId} />
    </StrictMode>,
  );
}

root.render(
  <p className="notice" role="status">
    Connecting …
  </p>,
);
start().catch((error: unknown) =>
  root.render(
    <div className="notice" role="alert">
      <p>The demo could not start: {error instanceof Error ? error.message : String(error)}</p>
      <p>
        Is <code>npm start</code> running? Then load the page again.
      </p>
    </div>,
  ),
);

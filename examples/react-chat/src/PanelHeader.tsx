import { useChatClient, useConnection, usePresence, useThread, useUnread } from '@threadlog/client/react';
import type { Member } from './member.ts';

interface PanelHeaderProps {
  me: Member;
  other: Member;
  heading: string;
  threadId: string;
  searching: boolean;
  onSearch: () => void;
}

/** Who this is, what is unread, and the switch that takes this person offline. */
export function PanelHeader({ me, other, heading, threadId, searching, onSearch }: PanelHeaderProps) {
  const { thread } = useThread(threadId);
  const { total } = useUnread();
  const present = usePresence([other.userId]).get(other.userId)?.state === 'online';
  return (
    <header className="panel-header">
      <span className="avatar" aria-hidden="true">
        {me.name.split(' ').at(-1)?.at(0)}
      </span>
      <div className="who">
        <h2 id={heading}>
          {me.name} <small>{me.role}</small>
          {total > 0 && (
            <span className="badge">
              {total}
              <span className="hidden-text"> unread</span>
            </span>
          )}
        </h2>
        <p>
          <span className="title">{thread?.title ?? 'Conversation'}</span>
          <span className={`presence ${present ? 'online' : 'offline'}`}>
            {other.name} is {present ? 'online' : 'offline'}
          </span>
        </p>
      </div>
      <button type="button" className="icon" aria-expanded={searching} onClick={onSearch}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <circle cx="11" cy="11" r="6.5" />
          <path d="m16 16 5 5" />
        </svg>
        <span className="hidden-text">Search</span>
      </button>
      <OnlineSwitch name={me.name} />
    </header>
  );
}

const WORDS = {
  ...{ idle: 'Connecting', connecting: 'Connecting', online: 'Online', offline: 'No connection' },
  ...{ unauthorized: 'Signed out', paused: 'Offline' },
};

function OnlineSwitch({ name }: { name: string }) {
  const client = useChatClient();
  const { status } = useConnection();
  const on = status !== 'paused';
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={on}
      aria-label={`${name} is online`}
      onClick={() => (on ? client.pause() : client.resume())}
    >
      <span className="track" aria-hidden="true" />
      <span className="state" aria-hidden="true">
        {WORDS[status]}
      </span>
    </button>
  );
}

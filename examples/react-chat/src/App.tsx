import { useState } from 'react';
import { ChatProvider, useUnread } from '@threadlog/client/react';
import type { Member } from './member.ts';
import { Panel } from './Panel.tsx';

export interface AppProps {
  members: [Member, Member];
  threadId: string;
}

/**
 * Both people beside each other; on a narrow screen one of them, with a switch. Who was used last counts as looking:
 * what comes for the other one stays unread.
 */
export function App({ members, threadId }: AppProps) {
  const [activeId, setActiveId] = useState(members[0].userId);
  return (
    <>
      <header className="page-header">
        <h1>
          <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="28" height="28" />
          Threadlog
        </h1>
        <p>Two people, two clients, one conversation. Write on either side, ask @tutor, or take one offline.</p>
        <div className="switcher" role="group" aria-label="Person shown">
          {members.map((member) => (
            <ChatProvider key={member.userId} client={member.client}>
              <SwitchTo
                member={member}
                active={member.userId === activeId}
                onSwitch={() => setActiveId(member.userId)}
              />
            </ChatProvider>
          ))}
        </div>
      </header>
      <main>
        {members.map((member, at) => (
          <ChatProvider key={member.userId} client={member.client}>
            <Panel
              me={member}
              other={members[1 - at] as Member}
              threadId={threadId}
              active={member.userId === activeId}
              onUse={() => setActiveId(member.userId)}
            />
          </ChatProvider>
        ))}
      </main>
    </>
  );
}

interface SwitchToProps {
  member: Member;
  active: boolean;
  onSwitch: () => void;
}

function SwitchTo({ member, active, onSwitch }: SwitchToProps) {
  const { total } = useUnread();
  return (
    <button type="button" aria-pressed={active} onClick={onSwitch}>
      {member.name}
      {total > 0 && (
        <span className="badge">
          {total}
          <span className="hidden-text"> unread</span>
        </span>
      )}
    </button>
  );
}

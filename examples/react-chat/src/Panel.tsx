import { useEffect, useState } from 'react';
import { useMessages, useThread, useTyping } from '@threadlog/client/react';
import type { Member } from './member.ts';
import { Composer } from './Composer.tsx';
import { Drafts } from './Drafts.tsx';
import { MessageList } from './MessageList.tsx';
import { PanelHeader } from './PanelHeader.tsx';
import { Search } from './Search.tsx';
import { nameOf } from './config.ts';

export interface PanelProps {
  me: Member;
  other: Member;
  threadId: string;
  /** Whether this person looks at it. */
  active: boolean;
  onUse: () => void;
}

/** What one person sees. */
export function Panel({ me, other, threadId, active, onUse }: PanelProps) {
  const [searching, setSearching] = useState(false);
  const [shownId, setShownId] = useState<string | null>(null);
  const { status } = useMessages(threadId);
  useReadWhile(threadId, active);
  const heading = `panel-${me.userId}`;
  return (
    <section
      className={`panel ${me.role}`}
      data-active={active}
      aria-labelledby={heading}
      onFocusCapture={onUse}
      onPointerDownCapture={onUse}
    >
      <PanelHeader
        {...{ me, other, heading, searching }}
        threadId={threadId}
        onSearch={() => setSearching(!searching)}
      />
      {searching && <Search threadId={threadId} onShow={setShownId} onClose={() => setSearching(false)} />}
      {status === 'gone' ? (
        <p className="notice">This conversation is gone: load the page again for a new one.</p>
      ) : (
        <MessageList {...{ me, other, threadId, shownId }} live={active} />
      )}
      <Drafts threadId={threadId} />
      <TypingLine threadId={threadId} />
      <Composer me={me} threadId={threadId} />
    </section>
  );
}

/** Marks as read what comes while somebody looks. */
function useReadWhile(threadId: string, active: boolean): void {
  const { unreadCount, status, view } = useThread(threadId);
  useEffect(() => {
    if (!active || status !== 'live' || unreadCount === 0) return;
    // What is left unread by a failure is marked with the next message.
    const mark = () => document.visibilityState === 'visible' && void view.markRead().catch(() => undefined);
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [active, status, unreadCount, view]);
}

function TypingLine({ threadId }: { threadId: string }) {
  const { typing } = useTyping(threadId);
  return (
    <p className="typing" role="status">
      {typing.length > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typing.map(nameOf).join(' and ')} {typing.length === 1 ? 'is' : 'are'} typing
        </>
      )}
    </p>
  );
}

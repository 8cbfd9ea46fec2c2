import { useEffect, useLayoutEffect, useRef } from 'react';
import { useMessages, useThread } from '@threadlog/client/react';
import type { ShownMessage } from '@threadlog/client';
import type { Member } from './member.ts';
import { MessageItem } from './MessageItem.tsx';

interface MessageListProps {
  me: Member;
  other: Member;
  threadId: string;
  /** A message that was looked for. */
  shownId: string | null;
  /** Whether what comes is read out: only where somebody looks. */
  live: boolean;
}

/** Nearer to its end than this, the list follows what comes. */
const NEAR_PX = 80;

export function MessageList({ me, other, threadId, shownId, live }: MessageListProps) {
  const { messages, hasOlder, loadingOlder, loadOlder, status } = useMessages(threadId);
  const { receipts, view } = useThread(threadId);
  const log = useRef<HTMLDivElement>(null);
  useFollow(log, messages);
  useShown(log, shownId);
  const readIndex = receipts.get(other.userId)?.messageIndex ?? 0;
  const lastOwn = messages.findLast(({ senderId, state }) => senderId === me.userId && state === 'sent');
  return (
    <div
      ref={log}
      className="log"
      role="log"
      aria-label={`Messages, as ${me.name} sees them`}
      aria-live={live ? 'polite' : 'off'}
      aria-busy={status === 'connecting'}
      tabIndex={0}
    >
      {hasOlder && (
        <button type="button" className="older" disabled={loadingOlder} onClick={() => void loadOlder()}>
          {loadingOlder ? 'Loading …' : 'Older messages'}
        </button>
      )}
      <ol>
        {messages.map((message, at) => (
          <MessageItem
            key={message.key}
            {...{ message, view }}
            own={message.senderId === me.userId}
            follows={messages[at - 1]?.senderId === message.senderId}
            shown={message.id === shownId}
            receipt={message !== lastOwn ? null : message.messageIndex <= readIndex ? 'read' : 'sent'}
          />
        ))}
      </ol>
    </div>
  );
}

/** Stays at the end while it is there, and goes there with what one sends. */
function useFollow(log: React.RefObject<HTMLDivElement | null>, messages: readonly ShownMessage[]): void {
  const atEnd = useRef(true);
  useEffect(() => {
    const element = log.current;
    const look = () => {
      // Behind the other person, where only one is shown, it has no height, and no place in it.
      if (element?.clientHeight)
        atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    };
    const grown = new ResizeObserver(() => {
      if (element && atEnd.current) element.scrollTop = element.scrollHeight;
    });
    if (element) grown.observe(element);
    element?.addEventListener('scroll', look, { passive: true });
    return () => {
      grown.disconnect();
      element?.removeEventListener('scroll', look);
    };
  }, [log]);
  useLayoutEffect(() => {
    const element = log.current;
    if (element && (atEnd.current || messages.at(-1)?.state === 'sending')) element.scrollTop = element.scrollHeight;
  }, [log, messages]);
}

function useShown(log: React.RefObject<HTMLDivElement | null>, shownId: string | null): void {
  useEffect(() => {
    if (shownId) log.current?.querySelector('[data-shown="true"]')?.scrollIntoView({ block: 'center' });
  }, [log, shownId]);
}

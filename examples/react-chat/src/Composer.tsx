import { useId, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useConnection, useOutbox, useSend, useTyping } from '@threadlog/client/react';
import { AGENT_ID } from './config.ts';
import type { Member } from './member.ts';

const OFFLINE = {
  ...{ none: '', idle: '', memory: ' It is lost when this page is closed.' },
  kept: ' It is kept on this device, and survives a reload.',
};

const MENTION = new RegExp(`(^|\\W)@${AGENT_ID}\\b`, 'i');

/** Sends with Enter; Shift and Enter begin a new line. */
export function Composer({ me, threadId }: { me: Member; threadId: string }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const { send } = useSend(threadId);
  const { setTyping } = useTyping(threadId);
  const paused = useConnection().status === 'paused';
  const { status: kept } = useOutbox();
  const id = useId();

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    const content = text.trim();
    if (!content) return;
    try {
      // The list shows what becomes of it.
      send({ content, mentions: MENTION.test(content) ? [AGENT_ID] : undefined }).sent.catch(() => undefined);
      setText('');
      setProblem(null);
      setTyping(false);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends the writing of a word in an input method is no end of the message.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form className="composer" onSubmit={submit}>
      {(paused || problem) && (
        <p className="held" role="status">
          {problem ?? `Offline: what you write waits, and is sent when you are back.${OFFLINE[kept]}`}
        </p>
      )}
      <label className="hidden-text" htmlFor={id}>
        Message as {me.name}
      </label>
      <textarea
        id={id}
        rows={1}
        value={text}
        placeholder={`Message, or ask @${AGENT_ID}`}
        onChange={({ target }) => {
          setText(target.value);
          setTyping(target.value.trim() !== '');
        }}
        onBlur={() => setTyping(false)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="send" disabled={!text.trim()}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M4 12h14M12 6l6 6-6 6" />
        </svg>
        <span className="hidden-text">Send</span>
      </button>
    </form>
  );
}

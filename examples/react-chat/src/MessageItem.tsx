import type { ShownMessage, ThreadView } from '@threadlog/client';
import { nameOf } from './config.ts';

interface MessageItemProps {
  message: ShownMessage;
  view: ThreadView;
  own: boolean;
  /** Whether the message before is of the same person. */
  follows: boolean;
  /** Whether it was looked for. */
  shown: boolean;
  receipt: 'read' | 'sent' | null;
}

const EMOJI = ['👍', '❤️', '🎉'];

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

export function MessageItem({ message, view, own, follows, shown, receipt }: MessageItemProps) {
  const { senderId, sender, senderType, content, createdAt, state } = message;
  const name = sender.displayName ?? nameOf(senderId);
  return (
    <li className={`message ${own ? 'own' : 'theirs'}`} data-follows={follows} data-state={state} data-shown={shown}>
      <p className={follows ? 'hidden-text' : 'sender'}>
        {own ? 'You' : name}
        {senderType === 'agent' && ' (agent)'}
      </p>
      <div className="line">
        <p className="bubble">{content ?? 'This message was deleted.'}</p>
        {state === 'sent' && content !== null && <ReactButtons message={message} view={view} />}
      </div>
      <Reactions message={message} view={view} />
      <p className="meta">
        <time dateTime={createdAt}>{time.format(new Date(createdAt))}</time>
        <Outcome {...{ message, view, receipt }} />
      </p>
    </li>
  );
}

interface PartProps {
  message: ShownMessage;
  view: ThreadView;
}

/** The view shows what became of it; a refusal changes nothing there. */
const toggle = ({ id, reactions }: ShownMessage, view: ThreadView, emoji: string): void => {
  const mine = reactions.find((reaction) => reaction.emoji === emoji)?.mine;
  void (mine ? view.unreact(id, emoji) : view.react(id, emoji)).catch(() => undefined);
};

function ReactButtons({ message, view }: PartProps) {
  return (
    <span className="react" role="group" aria-label="React">
      {EMOJI.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-label={`React with ${emoji}`}
          onClick={() => toggle(message, view, emoji)}
        >
          {emoji}
        </button>
      ))}
    </span>
  );
}

function Reactions({ message, view }: PartProps) {
  if (message.reactions.length === 0) return null;
  return (
    <p className="reactions">
      {message.reactions.map(({ emoji, count, userIds, mine }) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={mine}
          aria-label={`${emoji} ${count}, by ${userIds.map(nameOf).join(', ')}`}
          onClick={() => toggle(message, view, emoji)}
        >
          {emoji} {count}
        </button>
      ))}
    </p>
  );
}

/** What became of one's own message. */
function Outcome({ message, view, receipt }: PartProps & Pick<MessageItemProps, 'receipt'>) {
  if (message.state === 'sending') return <span> Sending …</span>;
  if (message.state === 'failed') return <Failed message={message} view={view} />;
  if (receipt === null) return null;
  return receipt === 'read' ? <span className="read"> ✓✓ Read</span> : <span> ✓ Sent</span>;
}

function Failed({ message, view }: PartProps) {
  const { localId, error } = message;
  if (localId === null) return null;
  return (
    <span className="failed" role="alert">
      {' '}
      Not sent: {error?.message ?? 'no answer'}{' '}
      <button type="button" onClick={() => view.retry(localId)}>
        Send again
      </button>
      <button type="button" onClick={() => view.discard(localId)}>
        Discard
      </button>
    </span>
  );
}

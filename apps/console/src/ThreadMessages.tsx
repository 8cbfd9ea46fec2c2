import type { FoundThread, ThreadMessage } from './answers.ts';
import { instant, many, visible } from './format.ts';

/** The thread as a chat; what people wrote stands as `(sealed)`. */
export function ThreadMessages({ found: { thread, messages, passedOver } }: { found: FoundThread }) {
  const members = thread.participants.map(({ userId, role }) => `${visible(userId)} (${role})`);
  return (
    <section aria-labelledby="then">
      <h2 id="then">As it was then</h2>
      <p className="hint">
        {thread.type}, {thread.status}, created by <bdi>{visible(thread.createdBy)}</bdi> {instant(thread.createdAt)} ·{' '}
        {many(thread.messageCount, 'message')} · {members.length === 0 ? 'no members' : <bdi>{members.join(', ')}</bdi>}
      </p>
      {passedOver.map(({ offset, reason }) => (
        <p key={offset} className="waits">
          Offset {offset} could not be folded: {visible(reason)}
        </p>
      ))}
      {messages.length === 0 && <p className="empty">No messages yet.</p>}
      <ol className="chat" tabIndex={0} aria-label="Messages">
        {messages.map((message) => (
          <Message key={message.id} message={message} />
        ))}
      </ol>
    </section>
  );
}

function Message({ message }: { message: ThreadMessage }) {
  const { senderId, senderType, content, createdAt, deletedAt, edit, pinned, reactions, replyTo } = message;
  return (
    <li className={senderType === 'user' ? 'said' : 'said agent'}>
      <p className="hint">
        <b>
          <bdi>{visible(senderId)}</bdi>
        </b>{' '}
        {instant(createdAt)}
        {edit > 0 && ` · edited ${edit === 1 ? 'once' : `${edit} times`}`}
        {pinned && ' · pinned'}
        {replyTo !== null && ' · a reply'}
      </p>
      <p>{deletedAt === null ? visible(content ?? '') : 'deleted'}</p>
      {reactions.length > 0 && (
        <p className="hint">
          {reactions.map(({ emoji, count }) => (
            <bdi key={emoji} className="badge">
              {emoji} {count}
            </bdi>
          ))}
        </p>
      )}
    </li>
  );
}

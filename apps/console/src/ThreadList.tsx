import { useCallback, useState } from 'react';
import type { ThreadsAnswer } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { instant, many, quoted, visible } from './format.ts';
import { Pager } from './Pager.tsx';
import type { ScreenProps } from './screen.ts';
import { useAnswer } from './useAnswer.ts';

interface ThreadListProps extends ScreenProps {
  tenant: string;
  participant: string | null;
  learner: string | null;
  onOpen(thread: string): void;
}

/** Threads of a tenant, the one with the newest activity first; those of somebody, or about a learner, where one is named. */
export function ThreadList({ api, onRefused, tenant, participant, learner, onOpen }: ThreadListProps) {
  const [cursor, setCursor] = useState<string | null>(null);
  const ask = useCallback(
    (signal: AbortSignal) => api.threads({ tenant, participant, learner, cursor }, signal),
    [api, tenant, participant, learner, cursor],
  );
  const { value, trouble } = useAnswer(ask, { onRefused });
  const options = [
    ...(participant === null ? [] : [` --participant ${quoted(participant)}`]),
    ...(learner === null ? [] : [` --learner ${quoted(learner)}`]),
  ].join('');
  return (
    <>
      <Alert text={trouble} />
      {value?.threads.length === 0 && (
        <p className="empty">
          <b>No threads.</b> There are none like this, or there is no such tenant.
        </p>
      )}
      <ul className="cards wide">
        {value?.threads.map((thread) => (
          <ThreadCard key={thread.id} thread={thread} onOpen={onOpen} />
        ))}
      </ul>
      {value && <Pager of="threads" newer={value.prevCursor} older={value.nextCursor} onGo={setCursor} />}
      <Command line={`npm run cli -- threads list --tenant ${quoted(tenant)}${options}`} />
    </>
  );
}

interface ThreadCardProps {
  thread: ThreadsAnswer['threads'][number];
  onOpen(thread: string): void;
}

function ThreadCard({ thread, onOpen }: ThreadCardProps) {
  const { id, type, status, learnerId, createdBy, updatedAt, messageCount, participantCount } = thread;
  return (
    <li className="card">
      <div className="card-head">
        <span className="badge">
          {type}, {status}
        </span>
        <h2>{visible(id)}</h2>
      </div>
      <p className="hint">
        {many(messageCount, 'message')} · {many(participantCount, 'member')}
        {learnerId !== null && <bdi> · about {visible(learnerId)}</bdi>} · by <bdi>{visible(createdBy)}</bdi> · active{' '}
        {instant(updatedAt)}
      </p>
      <div className="actions">
        <button type="button" onClick={() => onOpen(id)} aria-label={`Open ${id}`}>
          Open
        </button>
      </div>
    </li>
  );
}

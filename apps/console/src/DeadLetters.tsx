import type { DeadLettersAnswer } from './answers.ts';
import { Command } from './Command.tsx';
import { instant, many, visible } from './format.ts';
import { Pager } from './Pager.tsx';

interface DeadLettersProps {
  page: DeadLettersAnswer;
  busy: boolean;
  /** Endpoint, tenant and operator, as a command names them. */
  of: string;
  by: string;
  /** Of all where none is named. */
  onRetry(n: string | null): void;
  onGo(cursor: string | null): void;
}

/** Deliveries that were given up, and may be tried again. */
export function DeadLetters({
  page: { items, prevCursor, nextCursor },
  busy,
  of,
  by,
  onRetry,
  onGo,
}: DeadLettersProps) {
  return (
    <section aria-labelledby="dead">
      <h3 id="dead">Dead letters</h3>
      {items.length === 0 ? (
        <p className="hint">Nothing was given up in the last 30 days.</p>
      ) : (
        <div className="actions">
          <button type="button" className="primary" disabled={busy} onClick={() => onRetry(null)}>
            Try all again
          </button>
        </div>
      )}
      <ul className="cards wide">
        {items.map(({ n, event, threadId, position, attempts, status, error, deadAt }) => (
          <li key={n} className="card">
            <div className="card-head">
              <b>{visible(event ?? 'event not known')}</b>
              <span className="badge bad">{status ?? visible(error ?? 'no answer')}</span>
            </div>
            <p className="hint">
              No. {n} · at {position} · {threadId !== null && <bdi>thread {visible(threadId)} · </bdi>}
              {many(attempts, 'attempt')}, given up {instant(deadAt)}
            </p>
            <div className="actions">
              <button type="button" disabled={busy} onClick={() => onRetry(n)}>
                Try again<span className="unseen"> no. {n}</span>
              </button>
            </div>
          </li>
        ))}
      </ul>
      <Pager of="dead letters" newer={prevCursor} older={nextCursor} onGo={onGo} />
      <Command line={`npm run cli -- webhooks dead-letters ${of}`} />
      <Command line={`npm run cli -- webhooks retry ${of} --all --by ${by}`} />
    </section>
  );
}

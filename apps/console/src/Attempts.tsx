import { useState } from 'react';
import type { AttemptsAnswer, WebhookAttemptResource } from './answers.ts';
import type { Api } from './api.ts';
import { Command } from './Command.tsx';
import { count, instant, visible, visibleLines } from './format.ts';
import { Pager } from './Pager.tsx';
import { RevealDialog } from './RevealDialog.tsx';

interface AttemptsProps {
  api: Api;
  tenant: string;
  id: string;
  /** Endpoint and tenant, as a command names them. */
  of: string;
  page: AttemptsAnswer;
  mayReveal: boolean;
  onGo(cursor: string | null): void;
}

/** What an endpoint was sent in the last week, and what it answered; masked where it may repeat what people wrote. */
export function Attempts({ api, tenant, id, of, page, mayReveal, onGo }: AttemptsProps) {
  const { items, prevCursor, nextCursor } = page;
  const [open, setOpen] = useState<WebhookAttemptResource | null>(null);
  return (
    <section aria-labelledby="attempts">
      <h3 id="attempts">Attempts</h3>
      {items.length === 0 && <p className="hint">None in the last seven days.</p>}
      <ul className="cards wide">
        {items.map((attempt) => (
          <Attempt key={attempt.id} {...{ attempt, mayReveal }} onOpen={setOpen} />
        ))}
      </ul>
      <Pager of="attempts" newer={prevCursor} older={nextCursor} onGo={onGo} />
      <Command line={`npm run cli -- webhooks attempts ${of}`} />
      {open && (
        <RevealDialog
          title={`What it answered to attempt ${open.id}`}
          onClose={() => setOpen(null)}
          reveal={async (said) => ({
            answer:
              (await api.revealAttempt({ tenant, id, attempt: open.id, ...said })).answer ?? 'It is not kept any more.',
          })}
        />
      )}
    </section>
  );
}

interface AttemptProps {
  mayReveal: boolean;
  attempt: WebhookAttemptResource;
  onOpen(attempt: WebhookAttemptResource): void;
}

const MASKED = '(sealed)';

function Attempt({ attempt, mayReveal, onOpen }: AttemptProps) {
  const { id, kind, event, delivered, status, error, answer } = attempt;
  return (
    <li className="card">
      <div className="card-head">
        <span className={delivered ? 'badge good' : 'badge bad'}>{status ?? visible(error ?? 'no answer')}</span>
        <b>{visible(event)}</b>
        {kind !== 'live' && <span className="badge">{kind}</span>}
      </div>
      <When attempt={attempt} />
      {answer !== null && <p className="answer">{visibleLines(answer)}</p>}
      {mayReveal && answer === MASKED && (
        <div className="actions">
          <button type="button" onClick={() => onOpen(attempt)} aria-label={`Reveal the answer of attempt ${id} …`}>
            Reveal …
          </button>
        </div>
      )}
    </li>
  );
}

function When({ attempt: { at, durationMs, position, threadId } }: Pick<AttemptProps, 'attempt'>) {
  return (
    <p className="hint">
      {instant(at)} · {count(durationMs)} ms{position !== null && ` · at ${position}`}
      {threadId !== null && <bdi> · thread {visible(threadId)}</bdi>}
    </p>
  );
}

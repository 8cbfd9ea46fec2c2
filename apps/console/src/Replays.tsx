import { useState, type FormEvent } from 'react';
import type { WebhookReplayResource } from './answers.ts';
import type { ReplayChoice } from './api.ts';
import { Command } from './Command.tsx';
import { count, instant, many, quoted, visible } from './format.ts';
import { Meter } from './Meter.tsx';

interface ReplaysProps {
  replays: readonly WebhookReplayResource[];
  busy: boolean;
  of: string;
  by: string;
  onReplay(asked: ReplayChoice): void;
  onCancel(replay: string): void;
}

const FIELDS = [
  { name: 'from', title: 'From', hint: '2026-01-15T09:00:00Z, or a position as 2:1234', required: true },
  { name: 'to', title: 'To', hint: 'by default all that is there', required: false },
  { name: 'threadId', title: 'Of this thread alone', hint: 'by default of all', required: false },
] as const;

/** What an endpoint is told again, how far that is, and its end before its time. */
export function Replays({ replays, busy, of, by, onReplay, onCancel }: ReplaysProps) {
  const [asked, setAsked] = useState({ from: '', to: '', threadId: '' });
  // Who presses twice asks for one: the same key names the same replay.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const change = (name: keyof typeof asked, value: string) => {
    setAsked({ ...asked, [name]: value });
    setKey(crypto.randomUUID());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = Object.entries(asked).map(([name, value]) => [name, value.trim()] as const);
    onReplay({ key, body: Object.fromEntries(given.filter(([, value]) => value !== '')) });
  };
  const options = [
    `--from ${quoted(asked.from || 'TIME')}`,
    ...(asked.to === '' ? [] : [`--to ${quoted(asked.to)}`]),
    ...(asked.threadId === '' ? [] : [`--thread ${quoted(asked.threadId)}`]),
  ];
  return (
    <section aria-labelledby="replays">
      <h3 id="replays">Replay</h3>
      <form className="choice" onSubmit={submit}>
        {FIELDS.map(({ name, title, hint, required }) => (
          <div key={name}>
            <label htmlFor={`replay-${name}`}>{title}</label>
            <input
              {...{ id: `replay-${name}`, required, autoComplete: 'off', spellCheck: false, maxLength: 200 }}
              placeholder={hint}
              value={asked[name]}
              onChange={({ target }) => change(name, target.value)}
            />
          </div>
        ))}
        <button type="submit" className="primary" disabled={busy}>
          Replay
        </button>
      </form>
      <Command line={['npm run cli -- webhooks replay', of, ...options, `--by ${by}`].join(' ')} />
      <ul className="cards wide">
        {replays.map((replay) => (
          <Replay key={replay.id} {...{ replay, busy, of, by }} onCancel={onCancel} />
        ))}
      </ul>
    </section>
  );
}

interface ReplayProps extends Pick<ReplaysProps, 'busy' | 'of' | 'by' | 'onCancel'> {
  replay: WebhookReplayResource;
}

function Replay({ replay, busy, of, by, onCancel }: ReplayProps) {
  const { id, status, reason, from, to, threadId, requestedAt, requestedBy, progress, delivered, lastStatus } = replay;
  const good = status === 'completed' ? 'badge good' : status === 'failed' ? 'badge bad' : 'badge';
  return (
    <li className="card">
      <div className="card-head">
        <span className={good}>{reason === null ? status : `${status}: ${visible(reason)}`}</span>
        <b>
          {visible(from)} to {visible(to)}
        </b>
      </div>
      <Meter
        title="Log"
        used={progress.done}
        limit={progress.total}
        figure={`${count(progress.done)} of ${many(progress.total, 'record')}`}
      />
      <p className="hint">
        {threadId !== null && <bdi>thread {visible(threadId)} · </bdi>}
        {count(delivered)} taken{lastStatus !== null && ` · last refused with ${lastStatus}`} · asked for by{' '}
        <bdi>{visible(requestedBy)}</bdi> {instant(requestedAt)}
      </p>
      {status === 'running' && (
        <>
          <div className="actions">
            <button type="button" className="danger" disabled={busy} onClick={() => onCancel(id)}>
              Cancel<span className="unseen"> replay {id}</span>
            </button>
          </div>
          <Command line={`npm run cli -- webhooks cancel ${of} --replay ${id} --by ${by}`} />
        </>
      )}
    </li>
  );
}

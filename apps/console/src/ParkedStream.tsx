import { useCallback, useEffect, useRef, useState } from 'react';
import { Alert } from './Alert.tsx';
import type { RecordsAnswer, Waiting } from './answers.ts';
import type { Api } from './api.ts';
import { Command } from './Command.tsx';
import { DiscardForm } from './DiscardForm.tsx';
import { bytes, instant, many, quoted } from './format.ts';
import type { ScreenProps } from './screen.ts';
import { useAnswer, wordsOf } from './useAnswer.ts';

interface ParkedStreamProps extends ScreenProps {
  streamKey: string;
  /** Back to the list, with what was done, if anything. */
  onDone(said: string | null): void;
}

/** One stream: what waits for it, and what may be done about it. */
export function ParkedStream({ api, onRefused, streamKey: key, onDone }: ParkedStreamProps) {
  const ask = useCallback((signal: AbortSignal) => api.records(key, signal), [api, key]);
  const { value, trouble } = useAnswer(ask, { onRefused });
  const [refusal, setRefusal] = useState<string | null>(null);
  const [discarding, setDiscarding] = useState<Waiting | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <div className="actions">
        <button type="button" onClick={() => onDone(null)}>
          ← All streams
        </button>
      </div>
      <h2 className="key" tabIndex={-1} ref={heading}>
        {key}
      </h2>
      <Alert text={refusal ?? trouble} />
      <Replay {...{ api, streamKey: key }} onReplayed={onDone} onRefusal={setRefusal} />
      {value && <Records answer={value} onDiscard={setDiscarding} />}
      {discarding && (
        <DiscardForm
          {...{ api, streamKey: key, record: discarding }}
          onDiscarded={onDone}
          onCancel={() => setDiscarding(null)}
        />
      )}
      <section aria-labelledby="same">
        <h3 id="same">In a terminal</h3>
        <Command line={`npm run cli -- quarantine show ${quoted(key)}`} />
      </section>
    </>
  );
}

interface ReplayProps {
  api: Api;
  streamKey: string;
  onReplayed(said: string): void;
  onRefusal(why: string | null): void;
}

function Replay({ api, streamKey: key, onReplayed, onRefusal }: ReplayProps) {
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    onRefusal(null);
    try {
      const { applied } = await api.replay(key);
      onReplayed(`${many(applied, 'record')} of ${key} applied.`);
    } catch (error) {
      onRefusal(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <section aria-labelledby="replay">
      <h3 id="replay">Replay</h3>
      <p className="hint">
        Applies what waits, in the order of the log, once the fault was mended; where a record still fails, nothing is
        changed.
      </p>
      <div className="actions">
        <button type="button" className="primary" disabled={busy} onClick={() => void replay()}>
          Replay this stream
        </button>
      </div>
      <Command line={`npm run cli -- quarantine replay ${quoted(key)}`} />
    </section>
  );
}

function Records({ answer, onDiscard }: { answer: RecordsAnswer; onDiscard(record: Waiting): void }) {
  const { records, discarded, more } = answer;
  return (
    <section aria-labelledby="records">
      <h3 id="records">Records that wait</h3>
      <ul className="cards wide">
        {records.map((record) => (
          <li key={record.offset} className="card">
            <div className="card-head">
              <b>Offset {record.offset}</b>
              <span>{record.type ?? 'type not readable'}</span>
              {record.discarded && <span className="badge">discarded</span>}
            </div>
            <p className="waits">{record.reason}</p>
            <p className="hint">
              {record.time && `${instant(record.time)} · `}
              {bytes(record.bytes)}, not shown · in quarantine since {instant(record.quarantinedAt)}
            </p>
            {!record.discarded && (
              <div className="actions">
                <button
                  type="button"
                  className="danger"
                  aria-label={`Discard offset ${record.offset} …`}
                  onClick={() => onDiscard(record)}
                >
                  Discard …
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {more && <p className="hint">These are the oldest; more wait behind them.</p>}
      {records.length === 0 && <p className="hint">No record waits.</p>}
      {discarded.length > 0 && (
        <>
          <h3>Given up</h3>
          <ul className="given-up">
            {discarded.map(({ offset, by, at, reason, fault }) => (
              <li key={offset}>
                <b>Offset {offset}</b> by {by}, {instant(at)}: {reason} <span className="hint">({fault})</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Stream } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { instant, many } from './format.ts';
import { ParkedStream } from './ParkedStream.tsx';
import type { ScreenProps } from './screen.ts';
import { useAnswer } from './useAnswer.ts';

/** Streams that wait for an operator; one of them with its records. */
export function Quarantine({ api, onRefused }: ScreenProps) {
  const [pages, setPages] = useState<(string | null)[]>([null]);
  const [open, setOpen] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const said = useRef<HTMLParagraphElement>(null);
  // Who came by keyboard goes on from what was done.
  useEffect(() => {
    if (done !== null) said.current?.focus();
  }, [done]);
  const after = pages.at(-1) ?? null;
  const ask = useCallback((signal: AbortSignal) => api.streams(after, signal), [api, after]);
  const { value, trouble, again } = useAnswer(ask, { onRefused });
  const show = (key: string) => {
    setDone(null);
    setOpen(key);
  };
  const finish = (what: string | null) => {
    setDone(what);
    setOpen(null);
    again();
  };
  if (open !== null) return <ParkedStream {...{ api, onRefused }} streamKey={open} onDone={finish} />;
  return (
    <>
      <p role="status" tabIndex={-1} ref={said} className={done ? 'notice good' : undefined}>
        {done}
      </p>
      <Alert text={trouble} />
      {value?.streams.length === 0 && (
        <p className="empty">
          <b>Nothing is in quarantine.</b> Every record of the log was applied.
        </p>
      )}
      <ul className="cards wide">
        {value?.streams.map((stream) => (
          <StreamCard key={stream.key} stream={stream} onOpen={show} />
        ))}
      </ul>
      <div className="actions">
        {pages.length > 1 && (
          <button type="button" onClick={() => setPages(pages.slice(0, -1))}>
            Back
          </button>
        )}
        {value?.next && (
          <button type="button" onClick={() => setPages([...pages, value.next])}>
            More
          </button>
        )}
        <button type="button" onClick={again}>
          Look again
        </button>
      </div>
      <section aria-labelledby="same">
        <h2 id="same">In a terminal</h2>
        <Command line="npm run cli -- quarantine streams" />
      </section>
    </>
  );
}

function StreamCard({ stream, onOpen }: { stream: Stream; onOpen(key: string): void }) {
  const { key, records, reason, since, firstOffset, partition, parked, closed } = stream;
  return (
    <li className="card">
      <div className="card-head">
        <span className={parked ? 'badge bad' : 'badge'}>
          {closed ? 'closed to everybody' : parked ? 'parked' : 'passed over'}
        </span>
        <h2>{key}</h2>
      </div>
      <p className="waits">{reason}</p>
      <p className="hint">
        {many(records, 'record')} from offset {firstOffset} of partition {partition} on · since {instant(since)}
      </p>
      <div className="actions">
        <button type="button" onClick={() => onOpen(key)} aria-label={`Open ${key}`}>
          Open
        </button>
      </div>
    </li>
  );
}

import { useCallback, useState } from 'react';
import type { LogRow } from './answers.ts';
import { Alert } from './Alert.tsx';
import type { LogChoice } from './api.ts';
import { Command } from './Command.tsx';
import { count, many, quoted } from './format.ts';
import { EVERYTHING, LogForm } from './LogForm.tsx';
import { LogList, placeOf } from './LogList.tsx';
import { LogRecord } from './LogRecord.tsx';
import type { ScreenProps } from './screen.ts';
import { useLog } from './useLog.ts';

/** The log as it stands on disk, live and back to its beginning. What people wrote is not in it. */
export function LogScreen({ api, onRefused }: ScreenProps) {
  const [choice, setChoice] = useState(EVERYTHING);
  const [live, setLive] = useState(true);
  const [open, setOpen] = useState<LogRow | null>(null);
  const log = useLog(api, choice, { live, onRefused });
  const { rows, older, busy, full, looked } = log;
  const close = useCallback(() => setOpen(null), []);
  return (
    <>
      {/* A new choice begins anew, even where it is the same one. */}
      <LogForm choice={choice} onChoose={(next) => setChoice({ ...next })} />
      <Alert text={log.trouble} />
      <div className="log-bar">
        <p role="status">
          {many(rows.length, 'record')} of {count(looked)} looked at{full && '; no more are held: begin anew with Show'}
        </p>
        <label className="check">
          <input type="checkbox" checked={live} onChange={({ target }) => setLive(target.checked)} />
          Live
        </label>
        <button type="button" disabled={older === null || busy || full} onClick={log.loadOlder}>
          {older === null && !busy ? 'This is the beginning' : 'Look further back'}
        </button>
      </div>
      <LogList log={log} onOpen={setOpen} />
      {open && <LogRecord key={placeOf(open)} {...{ api, onRefused }} place={open} onClose={close} />}
      <section aria-labelledby="same">
        <h2 id="same">In a terminal</h2>
        <Command line={lineOf(choice)} />
      </section>
    </>
  );
}

function lineOf({ text, ...options }: LogChoice): string {
  const given = (['partition', 'from', 'tenant', 'type'] as const).flatMap((name) => {
    const value = options[name];
    return value === null ? [] : [`--${name} ${quoted(value)}`];
  });
  // The offset is of what tail shows first: grep looks from the newest on.
  const command = text === null ? 'events tail' : `events grep ${quoted(text)}`;
  return ['npm run cli --', command, ...given.filter((one) => text === null || !one.startsWith('--from '))].join(' ');
}

import { useCallback, useDeferredValue, useState } from 'react';
import type { FoundThread } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { count, quoted } from './format.ts';
import { Meter } from './Meter.tsx';
import type { ScreenProps } from './screen.ts';
import { ThreadEvents } from './ThreadEvents.tsx';
import { ThreadMessages } from './ThreadMessages.tsx';
import type { ThreadName } from './api.ts';
import { useThread } from './useThread.ts';

/** A thread with its events, and the way through its history. */
export function ThreadView({ api, onRefused, name }: ScreenProps & { name: ThreadName }) {
  const [wanted, setWanted] = useState<number | null>(null);
  const seq = useDeferredValue(wanted);
  const ask = useCallback(
    (signal: AbortSignal) => api.thread({ ...name, seq: seq === null ? null : String(seq) }, signal),
    [api, name, seq],
  );
  const { found, reading, trouble, again } = useThread(ask, onRefused);
  return (
    <>
      <Alert text={trouble} />
      {reading && (
        <div role="status">
          <Meter
            title="Log"
            used={reading.looked}
            limit={reading.of}
            figure={`${count(reading.looked)} of ${count(reading.of)} records`}
          />
        </div>
      )}
      {found && <Travel {...{ found, again }} seq={wanted ?? found.seq} onSeq={setWanted} />}
      {found && (
        <div className="beside">
          <ThreadMessages found={found} />
          <ThreadEvents events={found.events} seq={found.seq} onSeq={setWanted} />
        </div>
      )}
      <Command
        line={`npm run cli -- threads at ${quoted(name.thread)} ${seq ?? found?.newest ?? 'SEQ'} --tenant ${quoted(name.tenant)}`}
      />
    </>
  );
}

interface TravelProps {
  found: FoundThread;
  seq: number;
  onSeq(seq: number): void;
  again(): void;
}

/** Goes to any event of the thread: by the slider, which the arrow keys move by one, or by its number. */
function Travel({ found: { newest }, seq, onSeq, again }: TravelProps) {
  const go = (to: number) => Number.isInteger(to) && to >= 1 && to <= newest && onSeq(to);
  return (
    <div className="travel">
      <label htmlFor="seq">
        After event {count(seq)} of {count(newest)}
      </label>
      <input
        {...{ id: 'seq', type: 'range', min: 1, max: newest, value: Math.min(seq, newest) }}
        onChange={({ target }) => go(Number(target.value))}
      />
      <div className="actions">
        <button type="button" disabled={seq <= 1} onClick={() => go(seq - 1)}>
          Event before
        </button>
        <button type="button" disabled={seq >= newest} onClick={() => go(seq + 1)}>
          Event after
        </button>
        <button type="button" onClick={again}>
          Look again
        </button>
      </div>
    </div>
  );
}

import type { ThreadEvent } from './answers.ts';
import { instant, visible, visibleLines } from './format.ts';

interface ThreadEventsProps {
  events: readonly ThreadEvent[];
  /** The one that the thread is shown after. */
  seq: number;
  onSeq(seq: number): void;
}

/** The events around the one that is shown, each a way to it. */
export function ThreadEvents({ events, seq, onSeq }: ThreadEventsProps) {
  const shown = events.find((one) => one.seq === seq);
  return (
    <section aria-labelledby="events">
      <h2 id="events">Its events</h2>
      {shown && (
        <pre tabIndex={0} aria-label={`Data of event ${seq}`}>
          {visibleLines(shown.data)}
        </pre>
      )}
      <ol className="events">
        {events.map((event) => (
          <li key={event.offset}>
            <button
              type="button"
              aria-current={event.seq === seq ? 'step' : undefined}
              disabled={event.seq === null}
              onClick={() => event.seq !== null && onSeq(event.seq)}
            >
              <span className="log-seq">{event.seq ?? '—'}</span>
              <span className="log-type">{visible(event.type ?? 'not readable')}</span>
              <span className="log-time">
                {event.time === null ? `offset ${event.offset}` : instant(event.time)}{' '}
                <bdi>{visible(event.actor?.id ?? '')}</bdi>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

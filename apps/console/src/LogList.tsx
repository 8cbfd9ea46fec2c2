import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import type { LogRow } from './answers.ts';
import { bytes, instant, visible } from './format.ts';
import type { Log } from './useLog.ts';
import { useNarrow } from './useNarrow.ts';

const HEIGHT = { wide: 40, narrow: 84 };
/** So many rows before the end older ones are asked for. */
const AHEAD = 60;

export interface LogListProps {
  log: Log;
  onOpen(row: LogRow): void;
}

/** Records of the log. Only those that are looked at are in the page, however many there are. */
export function LogList({ log, onOpen }: LogListProps) {
  const { rows, added, brought, older, loadOlder } = log;
  const narrow = useNarrow();
  const height = narrow ? HEIGHT.narrow : HEIGHT.wide;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    ...{ count: rows.length, overscan: 10 },
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => placeOf(rows[index]!),
  });
  useEffect(() => virtualizer.measure(), [virtualizer, height]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && added > 0 && element.scrollTop > 0) element.scrollTop += added * height;
    // Once for what came: a change of height is none.
  }, [rows, added]);
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (older !== null && brought > 0 && last >= rows.length - AHEAD) loadOlder();
  }, [older, brought, last, rows.length, loadOlder]);
  const move = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = Number((event.target as HTMLElement).dataset.index);
    if (by === undefined || !rows[at + by]) return;
    event.preventDefault();
    virtualizer.scrollToIndex(at + by);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${at + by}"]`)?.focus());
  };
  return (
    <div className="log-rows" ref={scroller} onKeyDown={move}>
      <ol style={{ height: virtualizer.getTotalSize() }} aria-label="Records, the newest first">
        {items.map(({ index, key, start }) => (
          <li
            key={key}
            style={{ height, transform: `translateY(${start}px)` }}
            aria-setsize={-1}
            aria-posinset={index + 1}
          >
            <Row row={rows[index]!} index={index} onOpen={onOpen} />
          </li>
        ))}
      </ol>
    </div>
  );
}

export const placeOf = ({ partition, offset }: Pick<LogRow, 'partition' | 'offset'>): string =>
  `${partition}:${offset}`;

function Row({ row, index, onOpen }: { row: LogRow; index: number; onOpen(row: LogRow): void }) {
  const { at, type, standing, tenant, stream, key, seq, actor } = row;
  return (
    <button type="button" className="log-row" data-index={index} onClick={() => onOpen(row)}>
      <span className="log-time">{at === null ? '' : instant(at)}</span>
      <span className="log-place">{placeOf(row)}</span>
      <span className="log-type">
        {visible(type ?? 'not readable')}
        {standing !== 'counts' && <b className="badge bad">{standing}</b>}
      </span>
      <bdi className="log-stream">{visible(stream ? `${tenant}/${stream.type}/${stream.id}` : key)}</bdi>
      <bdi className="log-actor">{visible(actor?.id ?? '')}</bdi>
      <span className="log-seq">{seq === null ? bytes(row.bytes) : `event ${seq}`}</span>
    </button>
  );
}

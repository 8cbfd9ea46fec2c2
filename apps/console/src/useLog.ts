import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogRow } from './answers.ts';
import { Refused, type Api, type LogChoice } from './api.ts';
import { wordsOf } from './useAnswer.ts';

/** Most rows that a page holds; then it is begun anew. */
const MOST_ROWS = 100_000;
/** From an answer to the next question while the page is live. */
const LIVE_MS = 2_000;

interface Held {
  /** The newest first. */
  rows: readonly LogRow[];
  older: string | null;
  newer: string | null;
  /** Records that were looked at. */
  looked: number;
  /** How many rows the last page back brought. */
  brought: number;
  /** How many came in front last; who looks further down stays where they look. */
  added: number;
}

export interface Log extends Held {
  busy: boolean;
  trouble: string | null;
  full: boolean;
  /** Asks for older records; nothing while an answer is under way, or where there are none. */
  loadOlder(): void;
}

const NOTHING: Held = { rows: [], older: null, newer: null, looked: 0, brought: 0, added: 0 };

/** Records of the log by a choice, further back as they are asked for, and on as they come where it is live. */
export function useLog(api: Api, choice: LogChoice, { live, onRefused }: { live: boolean; onRefused(): void }): Log {
  const [held, setHeld] = useState<Held>(NOTHING);
  const [busy, setBusy] = useState(true);
  const [trouble, setTrouble] = useState<string | null>(null);
  const asking = useRef<AbortController | null>(null);

  const failed = useCallback(
    (error: unknown) => {
      if (error instanceof Refused && error.status === 401) onRefused();
      else setTrouble(wordsOf(error));
    },
    [onRefused],
  );

  const ask = useCallback(
    async (before: string | null) => {
      if (asking.current) return;
      const stop = new AbortController();
      asking.current = stop;
      setBusy(true);
      try {
        const page = await api.log(before === null ? choice : { ...choice, from: null, before }, stop.signal);
        if (stop.signal.aborted) return;
        setHeld((was) => ({
          ...was,
          rows: [...was.rows, ...page.rows],
          older: page.older,
          newer: was.newer ?? page.newer,
          looked: was.looked + page.looked,
          brought: page.rows.length,
          added: 0,
        }));
        setTrouble(null);
      } catch (error) {
        if (!stop.signal.aborted) failed(error);
      } finally {
        if (asking.current === stop) {
          asking.current = null;
          setBusy(false);
        }
      }
    },
    [api, choice, failed],
  );

  useEffect(() => {
    setHeld(NOTHING);
    void ask(null);
    return () => {
      asking.current?.abort();
      asking.current = null;
    };
  }, [ask]);

  const full = held.rows.length >= MOST_ROWS;
  useNewer({ api, choice, newer: live && !full ? held.newer : null, setHeld, failed });
  const { older } = held;
  const loadOlder = useCallback(() => {
    if (older !== null && !full) void ask(older);
  }, [ask, older, full]);
  return { ...held, busy, trouble, full, loadOlder };
}

interface NewerOptions {
  api: Api;
  choice: LogChoice;
  /** Where newer records are; null where none are wanted. */
  newer: string | null;
  setHeld(change: (was: Held) => Held): void;
  failed(error: unknown): void;
}

/** Asks for newer records in turns, not while the page is hidden. */
function useNewer({ api, choice, newer, setHeld, failed }: NewerOptions): void {
  const [turn, setTurn] = useState(0);
  const at = useRef(false);
  useEffect(() => {
    if (newer === null) return undefined;
    const stop = new AbortController();
    const next = () => !stop.signal.aborted && setTurn((before) => before + 1);
    const work = async () => {
      if (document.hidden) return next();
      try {
        const page = await api.log({ ...choice, from: null, after: newer }, stop.signal);
        if (stop.signal.aborted) return;
        at.current = page.more;
        setHeld((was) => ({ ...was, ...ahead(was, page.rows), newer: page.newer, looked: was.looked + page.looked }));
      } catch (error) {
        if (!stop.signal.aborted) failed(error);
      }
      next();
    };
    const timer = setTimeout(() => void work(), at.current ? 0 : LIVE_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [api, choice, newer, turn, setHeld, failed]);
}

const ahead = ({ rows }: Held, came: readonly LogRow[]): Pick<Held, 'rows' | 'added'> =>
  came.length === 0 ? { rows, added: 0 } : { rows: [...came, ...rows], added: came.length };

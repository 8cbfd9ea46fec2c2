import { handOnRule, type AckedRecords } from '../../handOn';
import type { LogRecord } from '../../port';
import type { LogConsumer } from '../consumer/consumer';
import type { LogConsumerDeps } from '../consumer/deps';

/** A partition's records, offsets from 0, and consumers of it that fetch when a test says so. */
export function createScript() {
  const records: LogRecord[] = [];
  const consumers: ScriptedConsumer[] = [];
  return {
    consumers,
    append(count = 1): void {
      for (let index = 0; index < count; index += 1) records.push(recordAt(records.length));
    },
    end: () => records.length,
    /** Records as their appender hands them on. */
    acked: (baseOffset: number, count: number): AckedRecords => ({
      ...{ partition: 0, baseOffset },
      records: records.slice(baseOffset, baseOffset + count),
    }),
    make(deps: LogConsumerDeps): LogConsumer {
      const made = createScripted(deps, records);
      consumers.push(made);
      return made;
    },
    named: (name: string) => consumers.filter((consumer) => consumer.name === name && !consumer.stopped),
  };
}

export interface ScriptedConsumer extends LogConsumer {
  readonly name: string;
  /** What was fetched, ranges of offsets. */
  readonly fetched: [number, number][];
  readonly active: boolean;
  readonly stopped: boolean;
  /** Fetches once, at most so many records; nothing while paused, or where there is nothing. */
  fetch(most?: number): void;
}

/** Bytes of a record here: the kept runs are few. */
export const RECORD_BYTES = 64 * 1024;

function createScripted({ name, onRun }: LogConsumerDeps, records: readonly LogRecord[]): ScriptedConsumer {
  const state = { next: 0, active: false, stopped: false };
  const fetched: [number, number][] = [];

  function take(from: number, most: number): void {
    const found = records.slice(from, from + most);
    const next = from + found.length;
    state.next = next;
    onRun({ partition: 0, records: found, next, head: records.length, bytes: found.length * RECORD_BYTES });
  }

  return {
    name,
    fetched,
    get active() {
      return state.active;
    },
    get stopped() {
      return state.stopped;
    },
    fetchFrom: (_, offset) => void Object.assign(state, { next: offset, active: true }),
    pause: () => void (state.active = false),
    resume: () => void (state.active = true),
    handOn({ baseOffset, records: { length } }) {
      if (state.active && handOnRule(state.next, baseOffset) === 'taken') take(baseOffset, length);
    },
    started: Promise.resolve(),
    async stop() {
      state.stopped = true;
      state.active = false;
    },
    fetch(most = Infinity) {
      const { next: from } = state;
      if (!state.active || from >= records.length) return;
      fetched.push([from, Math.min(from + most, records.length)]);
      take(from, most);
    },
  };
}

function recordAt(offset: number): LogRecord {
  return { partition: 0, offset, key: 'k', value: Buffer.from(String(offset)), headers: { epoch: '1' } };
}

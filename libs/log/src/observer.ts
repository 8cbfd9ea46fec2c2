/** Where the library's own log lines go. */
export type LogLine = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

/** Figures for metrics. Called on the hot path: count and return. */
export interface LogObserver {
  /** A produce request was acked: how much it carried and how long it took. */
  sent?(figures: { partitions: number; records: number; bytes: number; durationMs: number }): void;
  /** An appender died; its pending appends are of unknown outcome. */
  appenderFailed?(cause: Error): void;
  /** Records of this process's own at their ack; those that were not taken came or will come by a fetch. */
  handedOn?(figures: { outcome: 'taken' | 'late' | 'gap' | 'unwanted'; records: number }): void;
  /** A subscription's handler has taken a batch; `lag` is the records between it and the partition's end. */
  handled?(figures: {
    name: string;
    partition: number;
    records: number;
    fenced: number;
    malformed: number;
    lag: number;
    durationMs: number;
  }): void;
  /** A subscription's handler rejected; the batch will be delivered again. */
  handlerFailed?(figures: { name: string; partition: number; error: unknown }): void;
}

export const silent: LogLine = () => undefined;

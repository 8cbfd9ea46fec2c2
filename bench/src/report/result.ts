/** One figure of a row. `better` tells which way an improvement goes. */
export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 'us' | '1/s' | 'MB' | 'B' | 'records' | 'sockets';
  better: 'lower' | 'higher';
}

/** What measuring one row gave. */
export interface RowResult {
  row: string;
  title: string;
  figures: Figure[];
  /** How many requests, frames or events the figures rest on. */
  samples: number;
  /** Answers other than the expected one. Figures of a row with errors are not to be trusted. */
  errors: number;
  /** The first error, or why the row could not be measured. */
  problem?: string;
  /** Cores that each process used while the row ran, warm-up included; empty where they are not ours. */
  cores: Record<string, number>;
}

/** A whole run, as it is written to a file. */
export interface BenchResult {
  startedAt: string;
  seconds: number;
  machine: { cpus: number; model: string; memoryMb: number; platform: string; node: string };
  /** Load average of the last minute, before the run: a busy machine explains much. */
  loadBefore: number;
  pace: string;
  rows: RowResult[];
}

export function milliseconds(name: string, value: number): Figure {
  return { name, value, unit: 'ms', better: 'lower' };
}

export function perSecond(name: string, value: number): Figure {
  return { name, value, unit: '1/s', better: 'higher' };
}

export function megabytes(name: string, bytes: number): Figure {
  return { name, value: bytes / (1024 * 1024), unit: 'MB', better: 'lower' };
}

/** Of each message; bytes that are counted, not measured. */
export function bytes(name: string, value: number): Figure {
  return { name, value, unit: 'B', better: 'lower' };
}

export function count(name: string, value: number): Figure {
  return { name, value, unit: 'records', better: 'lower' };
}

export function sockets(name: string, value: number): Figure {
  return { name, value, unit: 'sockets', better: 'higher' };
}

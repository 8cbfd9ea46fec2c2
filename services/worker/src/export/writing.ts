import type { ExportPlan } from './source/plan';
import type { Reading } from './source/reading';

export interface WriteOptions {
  requestId: string;
  /** When the export was made: ISO 8601 UTC, microseconds. */
  generatedAt: string;
  /** Told which step begins, and how many messages it will come by. */
  onStep(step: string, messages: number): Promise<void>;
  /** Told how many messages the step has come by. */
  onProgress(messages: number): void;
}

/** What writing the parts shares. */
export interface Writing extends WriteOptions {
  reading: Reading;
  plan: ExportPlan;
  /** Adds a file and remembers it for the manifest; `count` is asked when it is written. */
  add(name: string, source: AsyncIterable<string> | Iterable<string>, about?: Partial<Described>): Promise<void>;
}

interface Described {
  description: string;
  count: () => number;
}

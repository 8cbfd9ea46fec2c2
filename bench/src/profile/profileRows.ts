import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RowResult } from '../report/result';
import type { Row } from '../rows/row';
import { connectProfiler } from './inspector';
import { createLocate } from './locate';
import { renderProfile, summariseProfile } from './summary';

const FUNCTIONS = 40;
const checkoutRoot = resolve(__dirname, '..', '..', '..');

export interface RowProfiler {
  /** Begins a profile with a row, and writes and describes it when the row has ended. */
  onRow(row: Row, result: RowResult | null): Promise<void>;
  close(): void;
}

/** Profiles the service row by row: `<row>.cpuprofile` and a readable `<row>.txt` in `folder`. */
export async function createRowProfiler(inspectPort: number, folder: string): Promise<RowProfiler> {
  mkdirSync(folder, { recursive: true });
  const profiler = await connectProfiler(inspectPort);
  const locate = createLocate(checkoutRoot);
  return {
    async onRow({ name }, result) {
      if (!result) return profiler.start();
      const profile = await profiler.stop();
      writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
      writeFileSync(join(folder, `${name}.txt`), `${renderProfile(summariseProfile(profile, locate), FUNCTIONS)}\n`);
    },
    close: () => profiler.close(),
  };
}

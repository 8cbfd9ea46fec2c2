import { problem, type TenantId } from '@threadlog/events';
import type { ReadPosition } from '@threadlog/log';
import { threadPartition } from '../records';
import { createRing, type Ring, type RingOptions } from './ring';

/** The log as this instance has dispatched it. */
export interface DispatchedLog {
  /** By partition. */
  readonly rings: readonly Ring[];
  ringOf(tenantId: TenantId, threadId: string): Ring;
  /** Resolves in the turn in which `reached` holds; rejects with `projection_lagging` after the time. */
  until(reached: () => boolean, timeoutMs: number): Promise<void>;
  /** Has this called after each move of the dispatch position; returns what ends that. */
  onProgress(check: () => void): () => void;
  /** To be called after the dispatch position moved. */
  progressed(): void;
}

/** Begins where each partition is read from. */
export function createDispatchedLog(starts: readonly ReadPosition[], ring: Omit<RingOptions, 'start'>): DispatchedLog {
  const rings = starts.map(({ offset }) => createRing({ ...ring, start: offset }));
  const partitionOf = threadPartition(rings.length);
  const checks = new Set<() => void>();

  function onProgress(check: () => void): () => void {
    checks.add(check);
    return () => void checks.delete(check);
  }

  function until(reached: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => reached() && settle(resolve);
      const timer = setTimeout(
        () => settle(() => reject(problem('projection_lagging', 'The log is not read far enough yet.'))),
        timeoutMs,
      );
      const end = onProgress(check);
      function settle(done: () => void): void {
        clearTimeout(timer);
        end();
        done();
      }
      check();
    });
  }

  return {
    rings,
    ringOf: (tenantId, threadId) => rings[partitionOf(tenantId, threadId)]!,
    until,
    onProgress,
    progressed: () => [...checks].forEach((check) => check()),
  };
}

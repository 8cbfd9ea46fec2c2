import type { Metrics } from '@threadlog/service';
import { Counter } from 'prom-client';
import type { BlockedBy, JobRequest } from './job';

/** Hears what becomes of jobs; every call is cheap and never throws. */
export interface JobObserver {
  finished(request: JobRequest): void;
  waits(request: JobRequest, blockedBy: BlockedBy): void;
  failed(request: JobRequest): void;
}

/** Counts jobs for the operations port. An erasure that fails again and again is an alarm: `docs/operations.md`. */
export function createJobObserver({ registry }: Metrics): JobObserver {
  const runs = new Counter({
    name: 'threadlog_privacy_job_runs_total',
    help: 'Runs of privacy jobs by kind (export, deletion) and outcome: finished, failed, or what they wait for (waits_…).',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  return {
    finished: ({ kind }) => runs.inc({ kind, outcome: 'finished' }),
    waits: ({ kind }, blockedBy) => runs.inc({ kind, outcome: `waits_${blockedBy}` }),
    failed: ({ kind }) => runs.inc({ kind, outcome: 'failed' }),
  };
}

import type { Metrics } from '@threadlog/service';
import { Gauge } from 'prom-client';

/** Shows at `/metrics` what `/readyz` says; `report` never rejects. */
export function tellReadiness(
  { registry }: Pick<Metrics, 'registry'>,
  report: () => Promise<{ ready: boolean }>,
): void {
  const ready: Gauge = new Gauge({
    name: 'threadlog_ready',
    help: '1 where the process is ready, as `/readyz` says; else 0.',
    registers: [registry],
    collect: async () => ready.set((await report()).ready ? 1 : 0),
  });
}

/** Shows how many partitions there are to be owned by somebody. */
export function tellPartitions({ registry }: Pick<Metrics, 'registry'>, partitions: number): void {
  new Gauge({
    name: 'threadlog_partitions',
    help: 'Partitions of the log: CHAT_PARTITIONS.',
    registers: [registry],
  }).set(partitions);
}

import type { Metrics } from '@threadlog/service';
import { Counter } from 'prom-client';

/** Hears how runs end; every call is cheap and never throws. */
export interface AgentObserver {
  ended(outcome: string): void;
}

export function createAgentObserver({ registry }: Metrics): AgentObserver {
  const runs = new Counter({
    name: 'threadlog_agent_runs_total',
    help: 'Runs of agents by how they ended: with a message (complete, stopped, failed), or why without one.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return { ended: (outcome) => runs.inc({ outcome }) };
}

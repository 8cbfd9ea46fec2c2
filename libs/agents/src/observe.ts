import type { Metrics } from '@threadlog/service';
import { Counter, Histogram } from 'prom-client';
import type { Progress } from './said';

/** Hears how runs end; every call is cheap and never throws. */
export interface AgentObserver {
  ended(outcome: string): void;
  /** The first of an answer came so many seconds after the request. */
  began(seconds: number): void;
  /** What an agent says that an answer took. */
  used(tokens: { inputTokens?: number; outputTokens?: number }): void;
}

const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const observers = new WeakMap<Metrics['registry'], AgentObserver>();

/** One for a process: agents that are asked and those that come by themselves count together. */
export function createAgentObserver({ registry }: Pick<Metrics, 'registry'>): AgentObserver {
  const observer = observers.get(registry) ?? observerOn(registry);
  observers.set(registry, observer);
  return observer;
}

function observerOn(registry: Metrics['registry']): AgentObserver {
  const runs = new Counter({
    name: 'threadlog_agent_runs_total',
    help: 'Runs of agents by how they ended: with a message (complete, stopped, failed), or why without one.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const first = new Histogram({
    name: 'threadlog_agent_first_token_seconds',
    help: 'From the request to the first text of an agent’s answer, of those that have any.',
    buckets: BUCKETS,
    registers: [registry],
  });
  const tokens = new Counter({
    name: 'threadlog_agent_tokens_total',
    help: 'Tokens that agents say their answers took, by kind: input or output.',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    ended: (outcome) => runs.inc({ outcome }),
    began: (seconds) => first.observe(seconds),
    used({ inputTokens = 0, outputTokens = 0 }) {
      tokens.inc({ kind: 'input' }, inputTokens);
      tokens.inc({ kind: 'output' }, outputTokens);
    },
  };
}

/** Tells how long the first of an answer took, from now on. */
export function timed(observer: Pick<AgentObserver, 'began'>, progress: Progress): Progress {
  const from = performance.now();
  let began = false;
  return {
    text(soFar) {
      if (!began && soFar !== '') observer.began((performance.now() - from) / 1_000);
      began ||= soFar !== '';
      progress.text(soFar);
    },
    tool: () => progress.tool(),
  };
}

import { useCallback } from 'react';
import type { LastRunsAnswer } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { count, duration, instant, quoted, visible } from './format.ts';
import type { ScreenProps } from './screen.ts';
import { useAnswer } from './useAnswer.ts';

const EVERY_MS = 3_000;

/** How the last runs of an agent ended, how long they took, and what they used. */
export function AgentRuns({ api, onRefused, tenant, agent }: ScreenProps & { tenant: string; agent: string }) {
  const ask = useCallback((signal: AbortSignal) => api.lastRuns(tenant, agent, signal), [api, tenant, agent]);
  const { value, trouble } = useAnswer(ask, { everyMs: EVERY_MS, onRefused });
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">
        Last runs of <bdi>{visible(agent)}</bdi>
      </h2>
      <Alert text={trouble} />
      {value && <p role="status">{value.runs.length === 0 ? 'There were none.' : outcomesOf(value.runs)}</p>}
      <ul className="cards wide">
        {value?.runs.map((run) => (
          <li key={run.runId} className="card">
            <div className="card-head">
              <span className={run.outcome === 'complete' ? 'badge good' : run.answered ? 'badge' : 'badge bad'}>
                {visible(run.outcome)}
              </span>
              <b>{instant(run.at)}</b>
            </div>
            <p className="hint">
              <bdi>thread {visible(run.threadId)}</bdi> ·{' '}
              {run.seconds === null ? 'time not known' : duration(run.seconds)} · {tokensOf(run)}
              {run.model !== null && <bdi> · {visible(run.model)}</bdi>}
            </p>
          </li>
        ))}
      </ul>
      <Command line={`npm run cli -- agents runs ${quoted(agent)} --tenant ${quoted(tenant)}`} />
    </section>
  );
}

type Run = LastRunsAnswer['runs'][number];

const tokensOf = ({ inputTokens, outputTokens }: Run): string =>
  inputTokens === null && outputTokens === null
    ? 'tokens not told'
    : `${count(inputTokens ?? 0)} tokens in, ${count(outputTokens ?? 0)} out`;

/** `12 complete, 3 failed` */
function outcomesOf(runs: readonly Run[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of runs) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, times]) => `${times} ${visible(outcome)}`).join(', ');
}

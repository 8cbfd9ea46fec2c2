import { useCallback, useState } from 'react';
import type { AgentResource, OpenRunsAnswer } from './answers.ts';
import { AgentRuns } from './AgentRuns.tsx';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { instant, quoted, visible } from './format.ts';
import { isName, NameField } from './NameField.tsx';
import type { ScreenProps } from './screen.ts';
import { TenantForm } from './TenantForm.tsx';
import { useAction } from './useAction.ts';
import { useAnswer } from './useAnswer.ts';

const EVERY_MS = 2_000;

/** Agents of a tenant, what they are about to say, and how their last runs ended. */
export function Agents({ api, onRefused }: ScreenProps) {
  const [tenant, setTenant] = useState<string | null>(null);
  return (
    <>
      <TenantForm onShow={setTenant} />
      {tenant === null ? (
        <p className="empty">
          <b>Whose agents?</b> The screen Log tells tenants.
        </p>
      ) : (
        <OfTenant key={tenant} {...{ api, onRefused, tenant }} />
      )}
    </>
  );
}

function OfTenant({ api, onRefused, tenant }: ScreenProps & { tenant: string }) {
  const [name, setName] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const [agents, { runs }] = await Promise.all([api.agents(tenant, signal), api.openRuns(tenant, signal)]);
      return { agents: agents.items, runs };
    },
    [api, tenant],
  );
  const { value, trouble, again } = useAnswer(ask, { everyMs: EVERY_MS, onRefused });
  const { busy, refusal, done, act } = useAction({ again, onRefused });
  const stop = ({ runId: run, threadId }: Run) =>
    act(() => api.stopRun({ tenant, run, threadId, by: name }).then(() => 'The run is stopped.'));
  return (
    <>
      <p role="status" className={done ? 'notice good' : undefined}>
        {done}
      </p>
      <Alert text={refusal ?? trouble} />
      {value && (
        <>
          <Open
            {...{ runs: value.runs, tenant, name, busy: busy || !isName(name) }}
            onName={setName}
            onStop={(run) => void stop(run)}
          />
          <section aria-labelledby="agents">
            <h2 id="agents">Agents</h2>
            {value.agents.length === 0 && (
              <p className="empty">This tenant has registered none, or there is no such tenant.</p>
            )}
            <ul className="cards wide">
              {value.agents.map((agent) => (
                <AgentCard key={agent.id} agent={agent} onOpen={setOpen} />
              ))}
            </ul>
            <Command line={`npm run cli -- agents list --tenant ${quoted(tenant)}`} />
          </section>
          {open !== null && <AgentRuns key={open} {...{ api, onRefused, tenant, agent: open }} />}
        </>
      )}
    </>
  );
}

type Run = OpenRunsAnswer['runs'][number];

interface OpenProps {
  runs: readonly Run[];
  tenant: string;
  name: string;
  busy: boolean;
  onName(name: string): void;
  onStop(run: Run): void;
}

function Open({ runs, tenant, name, busy, onName, onStop }: OpenProps) {
  const of = `--tenant ${quoted(tenant)}`;
  return (
    <section aria-labelledby="open">
      <h2 id="open">Under way</h2>
      {runs.length === 0 ? (
        <p className="hint">No agent is about to say anything.</p>
      ) : (
        <NameField {...{ name, onName }} />
      )}
      <ul className="cards wide">
        {runs.map((run) => (
          <li key={run.runId} className="card">
            <div className="card-head">
              <span className={run.isStopped ? 'badge bad' : 'badge good'}>{run.isStopped ? 'stopping' : run.way}</span>
              <b>
                <bdi>{visible(run.agentId)}</bdi>
              </b>
            </div>
            <p className="hint">
              run {run.runId} · <bdi>thread {visible(run.threadId)}</bdi>
              {run.askedAt !== null && ` · asked ${instant(run.askedAt)}`}
              {run.attempts > 0 && ` · tried again ${run.attempts}×`}
            </p>
            <div className="actions">
              <button type="button" className="danger" disabled={busy || run.isStopped} onClick={() => onStop(run)}>
                Stop<span className="unseen"> run {run.runId}</span>
              </button>
            </div>
            <Command
              line={`npm run cli -- agents stop ${run.runId} --thread ${quoted(run.threadId)} ${of} --by ${quoted(name || 'NAME')}`}
            />
          </li>
        ))}
      </ul>
      <Command line={`npm run cli -- agents open ${of}`} />
    </section>
  );
}

function AgentCard({ agent, onOpen }: { agent: AgentResource; onOpen(id: string): void }) {
  const { id, url, trigger, contextMessages, timeoutMs } = agent;
  return (
    <li className="card">
      <div className="card-head">
        <h3>{visible(id)}</h3>
        <span className="badge">{trigger}</span>
      </div>
      <p className="hint">
        {url === null ? 'asked nothing: it comes by itself' : visible(url)} · told {contextMessages} messages ·{' '}
        {timeoutMs / 1_000} s for an answer
      </p>
      <div className="actions">
        <button type="button" onClick={() => onOpen(id)} aria-label={`Last runs of ${id}`}>
          Last runs
        </button>
      </div>
    </li>
  );
}

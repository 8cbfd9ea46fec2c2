import type { KnownProcess } from './answers.ts';
import { bytes, duration } from './format.ts';
import { Meter } from './Meter.tsx';

/** Said every five seconds by each that is alive. */
const SILENT_SECONDS = 20;

export function Processes({ processes, self }: { processes: readonly KnownProcess[]; self: string }) {
  return (
    <section aria-labelledby="processes">
      <h2 id="processes">Processes</h2>
      <ul className="cards">
        {processes.map((one) => (
          <Process key={one.id} of={one} isSelf={one.id === self} />
        ))}
      </ul>
      {processes.length === 0 && <p className="hint">None has said yet that it is there.</p>}
    </section>
  );
}

function Process({ of, isSelf }: { of: KnownProcess; isSelf: boolean }) {
  const { url, roles, ready, waitsFor, silentSeconds, startedAt, version, memory } = of;
  const silent = silentSeconds > SILENT_SECONDS;
  const state = silent ? 'silent' : ready ? 'ready' : 'not ready';
  return (
    <li className="card">
      <div className="card-head">
        <span className={`badge ${state === 'ready' ? 'good' : 'bad'}`}>{state}</span>
        <h3>{url.replace(/^https?:\/\//, '')}</h3>
        {isSelf && <span className="badge">this one</span>}
      </div>
      <ul className="roles" aria-label="Roles">
        {roles.map((role) => (
          <li key={role}>{role}</li>
        ))}
      </ul>
      {Object.entries(waitsFor).map(([check, said]) => (
        <p key={check} className="waits">
          <b>{check}</b> {said}
        </p>
      ))}
      <Meter title="Memory" used={memory.used} limit={memory.limit} figure={ofBytes(memory.used, memory.limit)} warns />
      <Meter
        title="Heap"
        used={memory.heapUsed}
        limit={memory.heapLimit}
        figure={ofBytes(memory.heapUsed, memory.heapLimit)}
        warns
      />
      <p className="hint">
        version {version} · up {duration((Date.now() - Date.parse(startedAt)) / 1_000)} · said so{' '}
        {duration(silentSeconds)} ago
      </p>
    </li>
  );
}

const ofBytes = (used: number, limit: number): string => `${bytes(used)} of ${bytes(limit)}`;

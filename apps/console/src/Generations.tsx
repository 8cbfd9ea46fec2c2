import { useCallback, useState } from 'react';
import type { GenerationState } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { Confirm } from './Confirm.tsx';
import { count, many } from './format.ts';
import { Meter } from './Meter.tsx';
import type { ScreenProps } from './screen.ts';
import { useAction } from './useAction.ts';
import { useAnswer } from './useAnswer.ts';

const EVERY_MS = 2_000;
const COMPARED = {
  equal: 'hold the same',
  different: 'do not hold the same',
  not_comparable: 'have not read the log equally far: compare again',
};

/** Generations of the read model: what is built, how far it is, and which one is served. */
export function Generations({ api, onRefused }: ScreenProps) {
  const ask = useCallback((signal: AbortSignal) => api.generations(signal), [api]);
  const { value, trouble, again } = useAnswer(ask, { everyMs: EVERY_MS, onRefused });
  const { busy, refusal, done, act } = useAction({ again, onRefused });
  const [dropping, setDropping] = useState<number | null>(null);
  const served = value?.generations.find((one) => one.served)?.generation;
  const compare = (generation: number) =>
    act(async () => {
      const { comparison } = await api.compareGenerations(generation, served!);
      return `Generations ${generation} and ${served} ${COMPARED[comparison]}.`;
    });
  const serve = (generation: number) =>
    act(() => api.flipGeneration(generation).then(() => `Generation ${generation} is served.`));
  const drop = (generation: number) =>
    act(() => api.dropGeneration(generation).then(() => `Generation ${generation} is dropped.`));
  const create = (generation: number) =>
    act(() => api.createGeneration(generation).then(() => `Generation ${generation} is being built.`));
  return (
    <>
      <p role="status" className={done ? 'notice good' : undefined}>
        {done}
      </p>
      <Alert text={refusal ?? trouble} />
      <ul className="cards wide">
        {value?.generations.map((one) => (
          <GenerationCard
            key={one.generation}
            {...{ one, busy, served }}
            onCompare={compare}
            onServe={serve}
            onDrop={setDropping}
          />
        ))}
      </ul>
      {value && <Next generation={value.next} busy={busy} onCreate={create} />}
      {dropping !== null && (
        <Confirm
          title={`Drop generation ${dropping}`}
          hint="Everything in it is gone at once, and no build that reads it can go back to it. The log stays, and can build another one."
          word={String(dropping)}
          line={`npm run cli -- generations drop ${dropping}`}
          onConfirm={() => void drop(dropping)}
          onClose={() => setDropping(null)}
        />
      )}
    </>
  );
}

interface NextProps {
  generation: number;
  busy: boolean;
  onCreate(generation: number): Promise<void>;
}

function Next({ generation, busy, onCreate }: NextProps) {
  return (
    <section aria-labelledby="next">
      <h2 id="next">The next one</h2>
      <p className="hint">
        Projectors build it from the log while the served one serves; once it has caught up it can be compared and
        served.
      </p>
      <div className="actions">
        <button type="button" className="primary" disabled={busy} onClick={() => void onCreate(generation)}>
          Build generation {generation}
        </button>
      </div>
      <Command line="npm run cli -- generations create" />
    </section>
  );
}

interface CardProps {
  one: GenerationState;
  busy: boolean;
  served: number | undefined;
  onCompare(generation: number): void;
  onServe(generation: number): void;
  onDrop(generation: number): void;
}

function GenerationCard({ one, busy, served, onCompare, onServe, onDrop }: CardProps) {
  const { generation, state, read, lag } = one;
  return (
    <li className="card">
      <div className="card-head">
        <h2>Generation {generation}</h2>
        <span className={one.served ? 'badge good' : 'badge'}>{one.served ? 'served' : state}</span>
      </div>
      <Meter title="Read" used={read} limit={read + lag} figure={`${count(read)} of ${many(read + lag, 'record')}`} />
      {one.served ? (
        <Command line="npm run cli -- generations list" />
      ) : (
        <>
          <Command line={`npm run cli -- generations compare ${generation} ${served}`} />
          <Command line={`npm run cli -- generations flip ${generation}`} />
        </>
      )}
      {!one.served && (
        <div className="actions">
          <button type="button" disabled={busy} onClick={() => onCompare(generation)}>
            Compare<span className="unseen"> generation {generation}</span>
          </button>
          <button type="button" disabled={busy || lag > 0} onClick={() => onServe(generation)}>
            Serve<span className="unseen"> generation {generation}</span>
          </button>
          <button type="button" className="danger" disabled={busy} onClick={() => onDrop(generation)}>
            Drop<span className="unseen"> generation {generation}</span>
          </button>
        </div>
      )}
    </li>
  );
}

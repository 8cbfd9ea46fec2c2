import { useCallback } from 'react';
import type { Deployment, HealthAnswer } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { count, duration, instant, many } from './format.ts';
import { Partitions } from './Partitions.tsx';
import { Processes } from './Processes.tsx';
import type { ScreenProps } from './screen.ts';
import { useAnswer } from './useAnswer.ts';

const EVERY_MS = 3_000;

/** Processes, owners of partitions, lag: what stands still is said first. */
export function Health({ api, onRefused }: ScreenProps) {
  const ask = useCallback((signal: AbortSignal) => api.health(signal), [api]);
  const { value, trouble } = useAnswer(ask, { everyMs: EVERY_MS, onRefused });
  return (
    <>
      <Alert text={trouble} />
      {value ? <Found answer={value} /> : !trouble && <p role="status">Looking …</p>}
    </>
  );
}

function Found({ answer: { self, deployment } }: { answer: HealthAnswer }) {
  const waits = Object.entries(self.checks).filter(([, said]) => said !== 'ok');
  const notes = Object.entries(self.notes);
  return (
    <>
      {deployment ? (
        <Summary deployment={deployment} />
      ) : (
        <Alert text="The stores do not answer: this is what the process knows by itself." />
      )}
      {[...waits, ...notes].length > 0 && (
        <section aria-labelledby="waits">
          <h2 id="waits">This process</h2>
          <dl className="facts">
            {[...waits, ...notes].map(([check, said]) => (
              <div key={check}>
                <dt>{check}</dt>
                <dd>{said}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {deployment && (
        <>
          <Processes processes={deployment.processes} self={self.id} />
          <Partitions partitions={deployment.partitions} />
        </>
      )}
      <section aria-labelledby="same">
        <h2 id="same">In a terminal</h2>
        <Command line="npm run cli -- status" />
        {deployment && <p className="hint">As of {instant(deployment.at)}; looked at every three seconds.</p>}
      </section>
    </>
  );
}

function Summary({ deployment }: { deployment: Deployment }) {
  const { processes, partitions, quarantine, losses } = deployment;
  const ready = processes.filter((one) => one.ready).length;
  const free = partitions.filter(({ owner }) => owner === null).length;
  const records = partitions.reduce((sum, { lagRecords }) => sum + lagRecords, 0);
  const seconds = Math.max(0, ...partitions.map(({ lagSeconds }) => lagSeconds ?? 0));
  return (
    <>
      {losses.map((loss) => (
        <Alert key={loss} text={loss} />
      ))}
      <ul className="tiles">
        <Tile bad={ready < processes.length} title="Processes ready" value={`${ready} of ${processes.length}`} />
        <Tile bad={free > 0} title="Partitions owned" value={`${partitions.length - free} of ${partitions.length}`} />
        <Tile
          bad={seconds > 60}
          title="Lag of reads"
          value={records === 0 ? 'none' : duration(seconds)}
          more={records === 0 ? 'caught up' : `${count(records)} events`}
        />
        <Tile
          bad={quarantine.parked > 0}
          title="Parked streams"
          value={count(quarantine.parked)}
          more={`${many(quarantine.quarantined, 'record')} kept aside`}
        />
        <Tile title="Generation served" value={String(deployment.generation)} more={others(deployment)} />
      </ul>
    </>
  );
}

function others({ generation, generations }: Deployment): string {
  const more = generations.filter((one) => one.generation !== generation);
  return more.length === 0 ? 'the only one' : more.map((one) => `${one.generation} ${one.state}`).join(', ');
}

function Tile({ title, value, more, bad = false }: { title: string; value: string; more?: string; bad?: boolean }) {
  return (
    <li className={bad ? 'tile bad' : 'tile'}>
      <span className="tile-title">{title}</span>
      <strong>{value}</strong>
      <span className="tile-more">{more}</span>
    </li>
  );
}

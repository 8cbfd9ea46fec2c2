import type { PrivacyRequestResource } from './answers.ts';
import { count, instant, visible } from './format.ts';
import { Meter } from './Meter.tsx';

interface PrivacyRequestProps {
  request: PrivacyRequestResource;
  onReceipt(request: PrivacyRequestResource): void;
}

const BADGES: Partial<Record<PrivacyRequestResource['status'], string>> = {
  completed: 'badge good',
  failed: 'badge bad',
};

/** An export or an erasure, and how far it is. */
export function PrivacyRequest({ request, onReceipt }: PrivacyRequestProps) {
  const { id, kind, subject, status, error, progress } = request;
  return (
    <li className="card">
      <div className="card-head">
        <span className={BADGES[status] ?? 'badge'}>{error === null ? status : `${status}: ${visible(error)}`}</span>
        <b>
          {kind === 'export' ? 'export' : 'erasure'} of {subject.kind} <bdi>{visible(subject.id)}</bdi>
        </b>
      </div>
      {progress && <Progress progress={progress} />}
      <p className="hint">
        {id} · {dates(request)} · by <bdi>{visible(request.requestedBy)}</bdi>
      </p>
      {kind === 'deletion' && status === 'completed' && (
        <div className="actions">
          <button type="button" onClick={() => onReceipt(request)} aria-label={`Receipt of ${id} …`}>
            Receipt …
          </button>
        </div>
      )}
    </li>
  );
}

function dates({ createdAt, executeAfter, erasedAt, completedAt }: PrivacyRequestResource): string {
  const given = [
    ['asked for', createdAt],
    ['due', completedAt === null ? executeAfter : null],
    ['erased', erasedAt],
    ['completed', completedAt],
  ] as const;
  return given.flatMap(([what, at]) => (at === null ? [] : [`${what} ${instant(at)}`])).join(', ');
}

const WAITS = {
  grace_period: 'it can still be called off',
  legal_hold: 'a hold stands in its way',
  projection: 'reads are behind',
  retrying: 'it is tried again',
};

function Progress({
  progress: { step, done, total, blockedBy },
}: {
  progress: NonNullable<PrivacyRequestResource['progress']>;
}) {
  return (
    <>
      {blockedBy !== null && <p className="waits">Waits: {WAITS[blockedBy]}</p>}
      <Meter
        title={visible(step)}
        used={done}
        limit={total ?? Math.max(1, done)}
        figure={total === null ? count(done) : `${count(done)} of ${count(total)}`}
      />
    </>
  );
}

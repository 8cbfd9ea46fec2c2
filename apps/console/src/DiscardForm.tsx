import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { DiscardAnswer, Waiting } from './answers.ts';
import { Alert } from './Alert.tsx';
import type { Api } from './api.ts';
import { Command } from './Command.tsx';
import { quoted } from './format.ts';
import { wordsOf } from './useAnswer.ts';

interface DiscardFormProps {
  api: Api;
  streamKey: string;
  record: Waiting;
  onDiscarded(said: string): void;
  onCancel(): void;
}

/** Asks who discards a record and why, both of which are kept for good. */
export function DiscardForm({ api, streamKey: key, record: { offset }, onDiscarded, onCancel }: DiscardFormProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [said, setSaid] = useState({ by: '', reason: '', force: false });
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      onDiscarded(told(key, offset, await api.discard({ key, offset, ...said })));
    } catch (error) {
      setRefusal(wordsOf(error));
      setBusy(false);
    }
  };
  const line = `npm run cli -- quarantine discard ${quoted(key)} ${offset} --by ${quoted(said.by || 'NAME')} --reason ${quoted(said.reason || 'WHY')}`;
  return (
    <dialog ref={dialog} aria-labelledby="discard" onClose={onCancel}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="discard">Discard offset {offset}</h2>
        <p className="hint">
          For good, and in every generation: nobody will ever see what it says. Your name and the reason are kept.
        </p>
        <label htmlFor="by">Your name</label>
        <input
          {...{ id: 'by', required: true, maxLength: 100, autoComplete: 'name', value: said.by }}
          onChange={({ target }) => setSaid({ ...said, by: target.value })}
        />
        <label htmlFor="reason">Reason</label>
        <input
          {...{ id: 'reason', required: true, maxLength: 500, autoComplete: 'off', value: said.reason }}
          onChange={({ target }) => setSaid({ ...said, reason: target.value })}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={said.force}
            onChange={({ target }) => setSaid({ ...said, force: target.checked })}
          />
          Also where it takes something away and cannot be read: whoever it meant keeps it
        </label>
        <Alert text={refusal} />
        <div className="actions">
          <button type="submit" className="danger filled" disabled={busy}>
            Discard for good
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
        <Command line={said.force ? `${line} --force` : line} />
      </form>
    </dialog>
  );
}

function told(key: string, offset: number, { outcomes }: DiscardAnswer): string {
  const stops = outcomes.find(({ stillParked }) => stillParked !== null)?.stillParked;
  return `Offset ${offset} of ${key} is discarded. ${stops ? `Next is offset ${stops.offset}: ${stops.reason}` : 'Its streams go on.'}`;
}

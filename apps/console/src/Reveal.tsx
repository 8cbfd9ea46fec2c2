import { useState, type FormEvent } from 'react';
import type { RevealAnswer } from './answers.ts';
import { Alert } from './Alert.tsx';
import { visible, visibleLines } from './format.ts';
import { wordsOf } from './useAnswer.ts';

type Fields = RevealAnswer['fields'];

interface RevealProps {
  reveal(said: { by: string; reason: string }): Promise<Fields>;
}

/** Shows what people wrote, once who asks has said who they are and why. */
export function Reveal({ reveal }: RevealProps) {
  const [said, setSaid] = useState({ by: '', reason: '' });
  const [shown, setShown] = useState<Fields | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      setShown(await reveal(said));
    } catch (error) {
      setRefusal(wordsOf(error));
    }
    setBusy(false);
  };
  if (shown) return <Revealed fields={shown} />;
  return (
    <form className="reveal" onSubmit={(event) => void submit(event)}>
      <h3>Reveal what people wrote</h3>
      <p className="hint">Your name and the reason are kept for good, before anything is shown.</p>
      <label htmlFor="reveal-by">Your name</label>
      <input
        {...{ id: 'reveal-by', required: true, maxLength: 100, autoComplete: 'name', value: said.by }}
        onChange={({ target }) => setSaid({ ...said, by: target.value })}
      />
      <label htmlFor="reveal-reason">Reason</label>
      <input
        {...{ id: 'reveal-reason', required: true, maxLength: 500, autoComplete: 'off', value: said.reason }}
        onChange={({ target }) => setSaid({ ...said, reason: target.value })}
      />
      <Alert text={refusal} />
      <div className="actions">
        <button type="submit" className="danger" disabled={busy}>
          Reveal
        </button>
      </div>
    </form>
  );
}

function Revealed({ fields }: { fields: Fields }) {
  const entries = Object.entries(fields);
  return (
    <section aria-label="What people wrote" role="status">
      {entries.length === 0 && <p>Nobody wrote anything in this record.</p>}
      {entries.map(([field, value]) => (
        <div key={field}>
          <h3>{visible(field)}</h3>
          <pre tabIndex={0} aria-label={field} dir="auto">
            {visibleLines(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}
          </pre>
        </div>
      ))}
    </section>
  );
}

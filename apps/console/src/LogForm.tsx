import { useState, type FormEvent } from 'react';
import type { LogChoice } from './api.ts';

export const EVERYTHING: LogChoice = { partition: null, tenant: null, type: null, text: null, from: null };

const FIELDS = [
  { name: 'partition', title: 'Partition', pattern: '\\d{1,3}', inputMode: 'numeric', maxLength: 3 },
  { name: 'from', title: 'From offset', pattern: '\\d{1,15}', inputMode: 'numeric', maxLength: 15 },
  { name: 'tenant', title: 'Tenant', pattern: '.*', inputMode: 'text', maxLength: 200 },
  { name: 'type', title: 'Type of event', pattern: '[\\w.\\-]*', inputMode: 'text', maxLength: 100 },
  { name: 'text', title: 'Has the text', pattern: '.*', inputMode: 'text', maxLength: 200 },
] as const;

/** Which records are listed. */
export function LogForm({ choice, onChoose }: { choice: LogChoice; onChoose(choice: LogChoice): void }) {
  const [given, setGiven] = useState(choice);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChoose({ ...given, from: given.partition === null ? null : given.from });
  };
  return (
    <form className="choice" role="search" onSubmit={submit}>
      {FIELDS.map(({ name, title, ...attributes }) => (
        <div key={name}>
          <label htmlFor={`log-${name}`}>{title}</label>
          <input
            {...{ id: `log-${name}`, autoComplete: 'off', spellCheck: false, ...attributes }}
            disabled={name === 'from' && given.partition === null}
            value={given[name] ?? ''}
            onChange={({ target }) => setGiven({ ...given, [name]: target.value === '' ? null : target.value })}
          />
        </div>
      ))}
      <button type="submit" className="primary">
        Show
      </button>
    </form>
  );
}

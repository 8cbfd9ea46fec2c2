import { useState, type FormEvent } from 'react';
import type { ThreadName } from './api.ts';
import { Command } from './Command.tsx';
import type { ScreenProps } from './screen.ts';
import { ThreadView } from './ThreadView.tsx';

/** A thread as it was at any of its events, with these beside it. */
export function Threads({ api, onRefused }: ScreenProps) {
  const [given, setGiven] = useState<ThreadName>({ tenant: '', thread: '' });
  const [name, setName] = useState<ThreadName | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setName({ tenant: given.tenant.trim(), thread: given.thread.trim() });
  };
  return (
    <>
      <form className="choice" role="search" onSubmit={submit}>
        {(['tenant', 'thread'] as const).map((field) => (
          <div key={field}>
            <label htmlFor={`thread-${field}`}>{field === 'tenant' ? 'Tenant' : 'Thread'}</label>
            <input
              {...{ id: `thread-${field}`, required: true, autoComplete: 'off', spellCheck: false, maxLength: 300 }}
              value={given[field]}
              onChange={({ target }) => setGiven({ ...given, [field]: target.value })}
            />
          </div>
        ))}
        <button type="submit" className="primary">
          Show
        </button>
      </form>
      {name ? (
        <ThreadView key={`${name.tenant}/${name.thread}`} {...{ api, onRefused, name }} />
      ) : (
        <>
          <p className="empty">
            <b>Which thread?</b> The screen Log tells tenants and threads.
          </p>
          <Command line="npm run cli -- threads events THREAD --tenant TENANT" />
        </>
      )}
    </>
  );
}

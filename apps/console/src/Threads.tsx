import { useState, type FormEvent } from 'react';
import { Command } from './Command.tsx';
import type { ScreenProps } from './screen.ts';
import { ThreadList } from './ThreadList.tsx';
import { ThreadView } from './ThreadView.tsx';

const FIELDS = [
  { name: 'tenant', title: 'Tenant', required: true },
  { name: 'thread', title: 'Thread', required: false },
  { name: 'participant', title: 'Of somebody', required: false },
  { name: 'learner', title: 'About a learner', required: false },
] as const;
type Given = Record<(typeof FIELDS)[number]['name'], string>;
const NOTHING: Given = { tenant: '', thread: '', participant: '', learner: '' };

/** Threads of a tenant, and one of them as it was at any of its events, with these beside it. */
export function Threads({ api, onRefused }: ScreenProps) {
  const [given, setGiven] = useState(NOTHING);
  const [asked, setAsked] = useState<Given | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = FIELDS.map(({ name }) => [name, given[name].trim()]);
    setAsked(Object.fromEntries(trimmed) as Given);
  };
  const open = (thread: string) => {
    setGiven({ ...given, thread });
    if (asked) setAsked({ ...asked, thread });
  };
  return (
    <>
      <form className="choice" role="search" onSubmit={submit}>
        {FIELDS.map(({ name, title, required }) => (
          <div key={name}>
            <label htmlFor={`thread-${name}`}>{title}</label>
            <input
              {...{ id: `thread-${name}`, required, autoComplete: 'off', spellCheck: false, maxLength: 300 }}
              value={given[name]}
              onChange={({ target }) => setGiven({ ...given, [name]: target.value })}
            />
          </div>
        ))}
        <button type="submit" className="primary">
          Show
        </button>
      </form>
      <Asked {...{ api, onRefused, asked }} onOpen={open} />
    </>
  );
}

interface AskedProps extends ScreenProps {
  asked: Given | null;
  onOpen(thread: string): void;
}

function Asked({ api, onRefused, asked, onOpen }: AskedProps) {
  if (asked === null)
    return (
      <>
        <p className="empty">
          <b>Whose threads?</b> The screen Log tells tenants.
        </p>
        <Command line="npm run cli -- threads list --tenant TENANT" />
      </>
    );
  const { tenant, thread, participant, learner } = asked;
  if (thread !== '')
    return <ThreadView key={`${tenant}/${thread}`} {...{ api, onRefused }} name={{ tenant, thread }} />;
  const choice = { tenant, participant: participant || null, learner: learner || null };
  return <ThreadList key={JSON.stringify(choice)} {...{ api, onRefused, ...choice }} onOpen={onOpen} />;
}

import { useCallback, useState } from 'react';
import type { Api } from './api.ts';
import { Agents } from './Agents.tsx';
import { Generations } from './Generations.tsx';
import { Health } from './Health.tsx';
import { LogScreen } from './LogScreen.tsx';
import { Privacy } from './Privacy.tsx';
import { Quarantine } from './Quarantine.tsx';
import { Mark, SignIn } from './SignIn.tsx';
import { Threads } from './Threads.tsx';
import { Webhooks } from './Webhooks.tsx';

const SCREENS = [
  { id: 'health', title: 'Health', Screen: Health },
  { id: 'log', title: 'Log', Screen: LogScreen },
  { id: 'threads', title: 'Threads', Screen: Threads },
  { id: 'webhooks', title: 'Webhooks', Screen: Webhooks },
  { id: 'agents', title: 'Agents', Screen: Agents },
  { id: 'privacy', title: 'Privacy', Screen: Privacy },
  { id: 'generations', title: 'Generations', Screen: Generations },
  { id: 'quarantine', title: 'Quarantine', Screen: Quarantine },
] as const;

export interface AppProps {
  /** Made of the token that a link brought. */
  initial: Api | null;
}

/** Signed in or not, and which screen. */
export function App({ initial }: AppProps) {
  const [api, setApi] = useState(initial);
  const [reason, setReason] = useState<string | null>(null);
  const [shown, setShown] = useState<(typeof SCREENS)[number]['id']>('health');
  const onRefused = useCallback(() => {
    setReason('This token is not accepted.');
    setApi(null);
  }, []);
  if (api === null) return <SignIn reason={reason} onSignedIn={setApi} />;
  const signOut = () => {
    setReason(null);
    setApi(null);
  };
  const { Screen, title } = SCREENS.find(({ id }) => id === shown)!;
  return (
    <div className="shell">
      <header className="bar">
        <div className="brand">
          <Mark />
          <span>
            Threadlog <b>console</b>
          </span>
        </div>
        <nav aria-label="Screens">
          {SCREENS.map(({ id, title: name }) => (
            <button
              key={id}
              type="button"
              aria-current={id === shown ? 'page' : undefined}
              onClick={() => setShown(id)}
            >
              {name}
            </button>
          ))}
        </nav>
        <button type="button" className="quiet sign-out" onClick={signOut}>
          Sign out
        </button>
      </header>
      <main>
        <h1>{title}</h1>
        <Screen api={api} onRefused={onRefused} />
      </main>
    </div>
  );
}

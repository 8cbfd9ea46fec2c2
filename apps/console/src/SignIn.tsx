import { useState, type FormEvent } from 'react';
import { createApi, Refused, type Api } from './api.ts';
import { wordsOf } from './useAnswer.ts';

export interface SignInProps {
  /** Why it is asked for again; null at first. */
  reason: string | null;
  onSignedIn(api: Api): void;
}

/** Asks for the token of an operator, which is tried and then kept in memory alone. */
export function SignIn({ reason, onSignedIn }: SignInProps) {
  const [trouble, setTrouble] = useState(reason);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('token');
    const token = typeof given === 'string' ? given.trim() : '';
    if (!/^[\x21-\x7e]+$/.test(token)) return setTrouble('That is no token.');
    setBusy(true);
    try {
      const api = createApi(token);
      await api.session();
      onSignedIn(api);
    } catch (error) {
      setTrouble(error instanceof Refused && error.status === 401 ? 'This token is not accepted.' : wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <Mark />
        <h1>Threadlog console</h1>
        <label htmlFor="token">Operator’s token</label>
        <input
          {...{ id: 'token', name: 'token', type: 'password', autoComplete: 'off', spellCheck: false, required: true }}
          aria-describedby="token-help"
          aria-invalid={trouble !== null}
          autoFocus
        />
        <p id="token-help" className="hint">
          The value of <code>OPS_TOKEN</code>, or of <code>OPS_REVEAL_TOKEN</code>. It stays in this tab’s memory, and
          is gone when the page is left.
        </p>
        <p role="alert" className="trouble">
          {trouble}
        </p>
        <button type="submit" className="primary" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}

export function Mark() {
  return <img className="mark" src="/console/icon.svg" alt="" width={32} height={32} />;
}

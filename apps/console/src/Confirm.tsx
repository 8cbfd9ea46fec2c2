import { useEffect, useRef, useState, type FormEvent } from 'react';
import { Command } from './Command.tsx';

interface ConfirmProps {
  title: string;
  hint: string;
  /** To be typed by whoever means it. */
  word: string;
  /** The command that does the same. */
  line: string;
  onConfirm(): void;
  onClose(): void;
}

/** Asks once more before something is gone. */
export function Confirm({ title, hint, word, line, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== word) return;
    onConfirm();
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} aria-labelledby="confirm" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="confirm">{title}</h2>
        <p className="hint">{hint}</p>
        <label htmlFor="confirm-word">Type {word} to go on</label>
        <input
          {...{ id: 'confirm-word', required: true, autoComplete: 'off', spellCheck: false, value: typed }}
          onChange={({ target }) => setTyped(target.value)}
        />
        <div className="actions">
          <button type="submit" className="danger filled" disabled={typed.trim() !== word}>
            {title}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
        <Command line={line} />
      </form>
    </dialog>
  );
}

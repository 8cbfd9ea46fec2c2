interface PagerProps {
  /** Of what, for who only hears it. */
  of: string;
  newer: string | null;
  older: string | null;
  onGo(cursor: string | null): void;
}

/** The ways to the neighbours of a page; nothing where it is the only one. */
export function Pager({ of, newer, older, onGo }: PagerProps) {
  if (newer === null && older === null) return null;
  return (
    <div className="actions">
      <button type="button" disabled={newer === null} onClick={() => onGo(newer)}>
        Newer<span className="unseen"> {of}</span>
      </button>
      <button type="button" disabled={older === null} onClick={() => onGo(older)}>
        Older<span className="unseen"> {of}</span>
      </button>
    </div>
  );
}

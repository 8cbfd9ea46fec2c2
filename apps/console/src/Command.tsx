import { useState } from 'react';

/** The command that does the same, to be copied. */
export function Command({ line }: { line: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard?.writeText(line).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <div className="command">
      <code>{line}</code>
      <button type="button" className="quiet" onClick={copy} aria-label={`Copy: ${line}`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

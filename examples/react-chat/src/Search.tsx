import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { useChatClient } from '@threadlog/client/react';
import type { SearchHit } from '@threadlog/client';
import { nameOf } from './config.ts';

interface SearchProps {
  threadId: string;
  onShow: (messageId: string) => void;
  onClose: () => void;
}

/** Looks through the conversation on the server. */
export function Search({ threadId, onShow, onClose }: SearchProps) {
  const client = useChatClient();
  const [query, setQuery] = useState('');
  const [hits, setHits] = useState<SearchHit[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const find = (event: FormEvent) => {
    event.preventDefault();
    if (!query.trim()) return setHits(null);
    client.search
      .query(query.trim(), { threadId, limit: 20 })
      .page()
      .then(({ items }) => (setHits(items.filter(({ message }) => message !== null)), setProblem(null)))
      .catch((error: Error) => setProblem(error.message));
  };
  return (
    <div className="search" onKeyDown={({ key }) => key === 'Escape' && onClose()}>
      <form role="search" onSubmit={find}>
        <label className="hidden-text" htmlFor={id}>
          Search this conversation
        </label>
        <input
          id={id}
          type="search"
          autoFocus
          placeholder="Search this conversation"
          value={query}
          onChange={({ target }) => setQuery(target.value)}
        />
        <button type="submit">Search</button>
      </form>
      <p role="status">{problem ?? (hits && `${hits.length} found`)}</p>
      <ul>
        {hits?.map(
          ({ message, highlights }) =>
            message && (
              <li key={message.id}>
                <button type="button" onClick={() => onShow(message.id)}>
                  <strong>{nameOf(message.senderId)}</strong>{' '}
                  <Marked text={message.content ?? ''} ranges={highlights} />
                </button>
              </li>
            ),
        )}
      </ul>
    </div>
  );
}

/** Text with the words that were found; never as HTML. */
function Marked({ text, ranges }: { text: string; ranges: SearchHit['highlights'] }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { start, end } of [...ranges].sort((one, other) => one.start - other.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return (
    <span>
      {parts}
      {text.slice(at)}
    </span>
  );
}

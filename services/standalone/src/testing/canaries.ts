import type { Json } from '@threadlog/events';

/** What somebody must not be shown: texts, titles and ids, the numbers of hidden messages, and how many there are. */
export interface Canaries {
  words: readonly string[];
  /** Indexes of the hidden messages of the one thread that there is. */
  indexes: readonly number[];
  /** All of its messages, hidden ones too: a count of these tells that some are hidden. */
  counts: readonly number[];
}

/** Every place of an answer where a canary stands, as `path: what`. Nothing of what was sent is looked at. */
export function sightings(answer: unknown, canaries: Canaries): string[] {
  return [...look(JSON.parse(JSON.stringify(answer ?? null)) as Json, { path: '', name: '', canaries })];
}

interface Place {
  path: string;
  /** Of the nearest field. */
  name: string;
  canaries: Canaries;
}

function* look(value: Json, { path, name, canaries }: Place): Generator<string> {
  if (typeof value === 'string') yield* wordsIn(value, path, canaries);
  else if (typeof value === 'number') yield* numberIn(value, { path, name, canaries });
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      yield* wordsIn(key, `${path} as a key`, canaries);
      // Where a refusal happened is what the caller asked for itself.
      if (key === 'instance') continue;
      yield* look(item, { path: `${path}/${key}`, name: Array.isArray(value) ? name : key, canaries });
    }
  }
}

function wordsIn(text: string, path: string, { words }: Canaries): string[] {
  return words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`);
}

function* numberIn(value: number, { path, name, canaries: { indexes, counts } }: Place): Generator<string> {
  if (/index$/i.test(name) && indexes.includes(value)) yield `${path}: index ${value}`;
  if (/(?<!participant)count$/i.test(name) && counts.includes(value)) yield `${path}: count ${value}`;
}

/** An answer without what differs from request to request: its id, and the path and the ids that the caller named itself. */
export function comparable(answer: unknown, named: Readonly<Record<string, string>>): string {
  let text = JSON.stringify(answer ?? null, (key, value: unknown) => (key === 'requestId' ? undefined : value));
  // Longest first: a sub-thread's id begins with its root's.
  for (const [name, id] of Object.entries(named).toSorted(([, a], [, b]) => b.length - a.length)) {
    text = text.replaceAll(encodeURIComponent(id), `<${name}>`).replaceAll(id, `<${name}>`);
  }
  return text;
}

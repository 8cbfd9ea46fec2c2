import { LIMITS } from '@threadlog/events';

/** A text that grows, and how much of it was told: as a message would have it, never half a character, and no longer. */
export interface Written {
  /** Nothing is written any more, nor told. */
  begin(): void;
  /** All of it until now; it begins as it did before. */
  write(soFar: string): void;
  raw(): string;
  told(): string;
  hasFresh(): boolean;
  /** What was not told yet; `taken` says that it is now, and gives false where all has begun again meanwhile. */
  fresh(): { text: string; taken(): boolean };
}

export function createWritten(): Written {
  let raw = '';
  let upTo = 0;
  let told = '';
  let characters = 0;
  let begun = 0;

  const fresh: Written['fresh'] = () => {
    // The other half of a character may come yet.
    const end = HIGH_AT_END.test(raw) ? raw.length - 1 : raw.length;
    const now = begun;
    const room = LIMITS.contentCharacters - characters;
    const text = room === 0 ? '' : firstCharacters(stored(raw.slice(upTo, end)), room);
    return {
      text,
      taken() {
        if (now !== begun) return false;
        upTo = end;
        told += text;
        characters += [...text].length;
        return true;
      },
    };
  };

  return {
    begin() {
      begun += 1;
      raw = told = '';
      upTo = characters = 0;
    },
    write: (soFar) => void (raw = soFar),
    raw: () => raw,
    told: () => told,
    hasFresh: () => fresh().text !== '',
    fresh,
  };
}

const HIGH_AT_END = /[\ud800-\udbff]$/;

/** A text in the form in which stores take it. */
export function stored(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

/** Its first characters, which are code points. */
export function firstCharacters(text: string, most: number): string {
  return text.length <= most ? text : [...text].slice(0, most).join('');
}

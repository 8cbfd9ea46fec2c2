import { LIMITS, type Attachment, type JsonObject } from '@threadlog/events';
import { firstCharacters, stored } from './written';

/** What an agent says in the end. */
export interface Said {
  kind: 'said';
  content: string;
  attachments: Attachment[];
  metadata: JsonObject | null;
  mentions: string[];
  finish: 'complete' | 'stopped' | 'failed';
  /** Who stopped it, where somebody did. */
  stoppedBy?: string;
  usage: { inputTokens?: number; outputTokens?: number; toolCalls?: number; model?: string };
}

/** Why an answer broke off. */
export type Fault = 'failed' | 'timeout';

/** `broken`: nothing came, and another try may help. */
export type Heard = Said | { kind: 'silent' } | { kind: 'broken'; reason: Fault };

/** Hears how far an answer has come, while it comes. */
export interface Progress {
  /** All of its text until now. */
  text(soFar: string): void;
  tool(): void;
}

/** What was said, in the form of a message. */
export function said(text: string, rest: Partial<Said> & Pick<Said, 'finish'>): Said | { kind: 'silent' } {
  const whole = stored(text);
  const content = firstCharacters(whole, LIMITS.contentCharacters);
  const isTooLong = content.length < whole.length;
  const none = { attachments: [], metadata: null, mentions: [], usage: {} };
  if (content.trim() === '' && (rest.attachments ?? []).length === 0) return { kind: 'silent' };
  return { kind: 'said', content, ...none, ...rest, ...(isTooLong && { finish: 'failed' as const }) };
}

/** What was said before it broke off counts; where nothing was, another try may help. */
export function broken(text: string, reason: Fault): Heard {
  return text.trim() === '' ? { kind: 'broken', reason } : said(text, { finish: 'failed' });
}

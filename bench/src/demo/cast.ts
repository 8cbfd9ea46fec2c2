import { createHash } from 'node:crypto';

export const OBSERVERS = ['observer.1', 'observer.2'] as const;

/** The user that a speaker is. Ids are ASCII, names are in any script: those that are not are hashed. */
export function userIdOf(speaker: string): string {
  if (/^[A-Za-z0-9]{1,60}$/.test(speaker)) return `speaker.${speaker}`;
  return `speaker.${createHash('sha256').update(speaker.normalize('NFC')).digest('hex').slice(0, 16)}`;
}

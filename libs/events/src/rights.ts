import { definitionOf } from './catalogue';
import type { ParticipantRole } from './catalogue/values';
import type { StreamEventType } from './envelope';

const TYPES: readonly StreamEventType[] = [
  'CHAT_PARTICIPANT_REMOVED',
  'CHAT_PARTICIPANT_ROLE_CHANGED',
  'CHAT_THREAD_DELETED',
  'CHAT_MESSAGE_DELETED',
  'CHAT_USER_REMOVED',
  'CHAT_PRIVACY_SUBJECT_ERASED',
];

/** Types of the events that take something away from somebody: leaving one out would show what must not be seen. */
export const TAKES_RIGHTS: ReadonlySet<string> = new Set(TYPES);

/** Whether nobody may see a thread in which an event of this type cannot be read: who lost what is not known. */
export function closesThread(type: string): boolean {
  return TAKES_RIGHTS.has(type) && definitionOf(type)?.stream === 'thread';
}

const RANKS: Readonly<Record<ParticipantRole, number>> = { owner: 2, moderator: 1, member: 0, agent: 0 };

/** Whether a change of roles takes rights away. */
export function lowersRole({ role, previous }: { role: ParticipantRole; previous: ParticipantRole }): boolean {
  return RANKS[role] < RANKS[previous];
}

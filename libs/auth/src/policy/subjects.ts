import type { Actor } from '../actor';
import { inScope } from './access';
import { holds } from './permissions';

/** Whose data a privacy request is about. */
export interface PrivacySubject {
  kind: 'learner' | 'user';
  id: string;
}

/** Whether the actor may export or erase this subject: everybody's with `chat:privacy`, else one's own, guardians their learners'. */
export function mayHandleSubject(actor: Actor, subject: PrivacySubject): boolean {
  if (holds(actor, 'chat:privacy')) return true;
  if (actor.role === 'guardian' && subject.kind === 'learner') return inScope(actor, subject.id);
  return ['user', 'learner', 'guardian'].includes(actor.role) && subject.id === actor.id;
}

/** Whether the actor may read audit and privacy logs and the raw events of a thread. */
export function mayReadLogs(actor: Actor): boolean {
  return actor.role === 'auditor' || holds(actor, 'chat:admin');
}

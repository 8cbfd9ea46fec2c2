import type { Subject } from '@threadlog/events';
import type { Actor } from '../actor';
import { inScope } from './access';
import { hasPermission } from './permissions';

/** Whose data a privacy request is about. A learner and a user of one id are one person; a tenant is all its people. */
export type PrivacySubject = Subject;

/**
 * Whether the actor may export or erase this subject: everybody's with `chat:privacy`, else one's own, guardians their
 * learners'. A tenant as a whole needs `chat:admin` too, and is the actor's own.
 */
export function mayHandleSubject(actor: Actor, subject: PrivacySubject): boolean {
  if (subject.kind === 'tenant')
    return subject.id === actor.tenantId && hasPermission(actor, 'chat:privacy') && hasPermission(actor, 'chat:admin');
  if (hasPermission(actor, 'chat:privacy')) return true;
  if (actor.role === 'guardian' && subject.kind === 'learner') return inScope(actor, subject.id);
  return ['user', 'learner', 'guardian'].includes(actor.role) && subject.id === actor.id;
}

/** Whether the actor may read audit and privacy logs and the raw events of a thread. */
export function mayReadLogs(actor: Actor): boolean {
  return actor.role === 'auditor' || hasPermission(actor, 'chat:admin');
}

/** Whether the actor may register the tenant's endpoints, change them and see what they are told. */
export function mayManageWebhooks(actor: Actor): boolean {
  return hasPermission(actor, 'chat:admin');
}

/** The same of the tenant's agents. */
export function mayManageAgents(actor: Actor): boolean {
  return mayManageWebhooks(actor);
}

import { rootThreadId } from '@threadlog/events';
import { SLOTS, type Slot } from '../blob';
import type { KeyName, KeyTarget } from './keyStore';
import type { SealScope } from '../port';

export const tenantName: KeyName = { kind: 'tenant', id: '', month: '' };

export function subjectName(id: string): KeyName {
  return { kind: 'subject', id, month: '' };
}

/** The keys that go into a scope's key, by slot. A sub-thread uses its root's, so that erasing the root reaches it. */
export function slotNames({ authorId, threadId, month, learnerId }: SealScope): Partial<Record<Slot, KeyName>> {
  const names: Partial<Record<Slot, KeyName>> = {};
  if (authorId !== null) names.author = subjectName(authorId);
  if (threadId !== null)
    names.thread = { kind: month === null ? 'thread' : 'thread_month', id: rootThreadId(threadId), month: month ?? '' };
  if (learnerId !== null) names.learner = subjectName(learnerId);
  if (SLOTS.every((slot) => !names[slot])) throw new TypeError('a scope names an author, a thread or a learner');
  return names;
}

/** Keys that only have to be open: those of a thread or a tenant that ended must not be sealed below. */
export function guardNames({ threadId, month }: SealScope): KeyName[] {
  if (threadId === null || month === null) return [tenantName];
  return [tenantName, { kind: 'thread', id: rootThreadId(threadId), month: '' }];
}

/** A scope as one string; no id is empty or holds a slash. */
export function scopeName({ tenantId, authorId, threadId, month, learnerId }: SealScope): string {
  return `${tenantId}/${authorId ?? ''}/${threadId ?? ''}/${month ?? ''}/${learnerId ?? ''}`;
}

/** A name as one string; no id holds a slash. */
export function nameKey(name: KeyName): string {
  return `${name.kind}/${name.id}/${name.month}`;
}

/** The name that stands for a target as a whole. */
export function nameOfTarget(target: KeyTarget): KeyName {
  if (target.kind === 'tenant') return { kind: 'tenant', id: '', month: '' };
  return { kind: target.kind, id: target.id, month: target.kind === 'thread_month' ? target.month : '' };
}

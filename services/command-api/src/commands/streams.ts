import type { Actor } from '@threadlog/auth';
import { privacyStream, tenantStream, type Problem, type Subject } from '@threadlog/events';
import type { DecidedType } from '@threadlog/read-models';

/** What the id of a stream that a command begins may be made of. */
export interface Naming {
  idempotencyKey: string;
  /** How many streams of that name before it are not meant. */
  generation: number;
  /** An id from which nobody without the tenant's key can tell what it was made from. */
  derivedId(parts: readonly unknown[]): string;
}

/** A stream that a command begins: its id derives from what makes it unique, so that two writers cannot make two of it. */
export interface Begins<Input> {
  id(input: Input, actor: Actor, naming: Naming): string;
  /** Whether the name is taken for good, so that the next generation's is meant. */
  isTaken(input: Input, problem: Problem): boolean;
}

/** Which stream a command is decided on: one that its input or its actor names, or one that it begins. */
export type StreamRule<Type extends DecidedType, Input> = { readonly type: Type } & (
  { id(input: Input, actor: Actor): string; readonly begins?: undefined } | { readonly begins: Begins<Input> }
);

export const inThread: StreamRule<'thread', { threadId: string }> = { type: 'thread', id: ({ threadId }) => threadId };

/** Reading and preferences are the reader's own: they move no thread's version. */
export const ofActor: StreamRule<'user', unknown> = { type: 'user', id: (_input, { id }) => id };

export const ofUser: StreamRule<'user', { userId: string }> = { type: 'user', id: ({ userId }) => userId };

export const ofSubject: StreamRule<'privacy', { subject: Subject }> = {
  type: 'privacy',
  id: ({ subject }, { tenantId }) => privacyStream(tenantId, subject).id,
};

export const ofTenant: StreamRule<'tenant', unknown> = {
  type: 'tenant',
  id: (_input, { tenantId }) => tenantStream(tenantId).id,
};

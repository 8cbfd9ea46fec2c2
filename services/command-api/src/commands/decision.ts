import type { Actor } from '@threadlog/auth';
import type { Draft, FieldError, JsonObject, Problem, ProblemCode } from '@threadlog/events';
import type { DecidedType, LegalHold, ReadonlyState, StreamStates } from '@threadlog/read-models';

/** A stream's state as its commands see it, events in flight included. Of its parts only those that the command names are sure to be there. */
export type Seen<Type extends DecidedType> = ReadonlyState<StreamStates[Type]>;
export type SeenThread = Seen<'thread'>;

/** Everything a decision may depend on besides its command and its state. */
export interface DecisionContext {
  actor: Actor;
  /** Time of the command: ISO 8601 UTC, microseconds. Events are stamped by the caller, never before it. */
  now: string;
  /** Id for a thing the command creates: the thread's or the message's. */
  newId: string;
  /** Legal holds of the actor's tenant, as known a moment ago; null while nobody knows. */
  holds(): readonly LegalHold[] | null;
  /** What the command names in its `extras`. */
  extras: Partial<Extras>;
  limits: Limits;
}

/** What only some commands need, so that it is looked up and made for those alone. */
export interface Extras {
  /** How many endpoints the tenant has, as the read model knows it. */
  webhooks: number;
  /** How many agents the tenant has registered, as the read model knows it. */
  agents: number;
  /** Of the command's input, keyed by the tenant: the same input has the same. */
  inputHash: string;
  /** A secret that nobody has seen yet. */
  secret: string;
}

/** What a decision about a thread depends on besides. */
export interface ThreadContext extends DecisionContext {
  /** The root of a sub-thread, whose participants and access count for it; the state itself for a root. */
  root: SeenThread;
}

export type ContextOf<Type extends DecidedType> = Type extends 'thread' ? ThreadContext : DecisionContext;

/** Bounds that a deployment sets. */
export interface Limits {
  maxMessagesPerThread: number;
  maxParticipants: number;
  /** Hours between an erasure's request and its execution, unless a privacy officer says otherwise. */
  erasureGraceHours: number;
  /** Days that messages are kept where a tenant says nothing; null: for ever. */
  retentionDays: number | null;
}

/** What a command comes to. `unchanged` and `told` are successes that leave no event and no receipt. */
export type Decision =
  | { kind: 'events'; events: [Draft, ...Draft[]] }
  | { kind: 'unchanged' }
  | { kind: 'told'; told: JsonObject }
  | { kind: 'refused'; problem: Problem };

export type Refusal = Extract<Decision, { kind: 'refused' }>;
/** What a check found; nothing where it passed. Checks chain with `??`, in the order in which a caller may learn of them. */
export type Check = Refusal | undefined;

export const UNCHANGED: Decision = { kind: 'unchanged' };

export function happened(first: Draft, ...rest: Draft[]): Decision {
  return { kind: 'events', events: [first, ...rest] };
}

export function refuse(code: ProblemCode, detail: string): Refusal {
  return { kind: 'refused', problem: { code, detail } };
}

/** A refusal that points at one field of the request (JSON pointer). */
export function refuseField(pointer: string, code: string, message: string): Refusal {
  const errors: FieldError[] = [{ pointer, code, message }];
  return { kind: 'refused', problem: { code: 'invalid_request', detail: `${pointer}: ${message}`, errors } };
}

export function isRefusal(outcome: object): outcome is Refusal {
  return 'kind' in outcome && outcome.kind === 'refused';
}

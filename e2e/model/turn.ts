import type { Member, Model, ModelMessage, ModelThread, Who } from './state';
import type { Step, StepKind } from './steps';

/** A request, and what the model says that it must come to. */
export interface Plan {
  who: Who;
  method: string;
  path: string;
  body?: unknown;
  /** Status of a success, or code of the problem. */
  outcome: number | string;
  /** Where the write goes: reads must wait for the last one of each place. */
  place: string;
  /** Changes the model as the system should have changed; gets the answer. */
  effect?(answer: unknown): void;
}

export type Kind = Exclude<StepKind, 'drop' | 'resume'>;
export type Refusal = string | undefined;

/** A step, with what the model knows of what it is about. */
export interface Turn {
  model: Model;
  step: Step;
  who: Who;
  thread: ModelThread;
  member: Member | undefined;
  /** The message that the step is about, where the actor sees one. */
  message: ModelMessage | undefined;
  messageId: string;
}

export type Planned = Omit<Plan, 'who' | 'place'> & { place?: string };
export const threadPath = ({ thread }: Turn): string => `/api/v1/threads/${thread.id}`;
export const messagePath = (turn: Turn): string => `${threadPath(turn)}/messages/${turn.messageId}`;

export const keeps = ({ member }: Turn): boolean => member?.role === 'owner' || member?.role === 'moderator';
export const owns = ({ member }: Turn): boolean => member?.role === 'owner';
export const sees = ({ member }: Turn): Refusal => (member ? undefined : 'not_found');
export const seesMessage = ({ message }: Turn): Refusal => (message ? undefined : 'not_found');
export const isThere = ({ message }: Turn): Refusal => (message!.deleted ? 'gone' : undefined);
export const isOpen = ({ thread }: Turn): Refusal => (thread.status === 'active' ? undefined : 'thread_closed');
export const only = (allowed: boolean): Refusal => (allowed ? undefined : 'forbidden');

import type { Command, CommandInput, CommandType } from '@threadlog/commands';
import type { Draft, FieldError, ProblemCode } from '@threadlog/events';
import type { Decision, DecisionContext, StreamState } from '../../decider';

/** A command's decision: pure, synchronous, on state that includes the events still in flight. */
export type Decide<T extends CommandType> = (
  input: CommandInput<T>,
  state: StreamState,
  context: DecisionContext,
) => Decision;

/** One decision for every command. */
export type Deciders = { readonly [C in Command as C['type']]: Decide<C['type']> };

export type Refusal = Extract<Decision, { kind: 'refused' }>;
/** A check that found nothing. Checks chain with `??`, in the order in which a caller may learn their outcome. */
export type Passed = undefined;

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

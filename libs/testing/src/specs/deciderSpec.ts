import assert from 'node:assert/strict';
import type { Draft, ProblemCode } from '@threadlog/events';

/** A decider reduced to what a specification needs. `Command` includes who asks and when, where that matters. */
export interface DeciderUnderTest<State, Given, Command> {
  initial(): State;
  evolve(state: State, event: Given): State;
  decide(command: Command, state: State): SpecifiedDecision;
}

export type SpecifiedDecision =
  | { kind: 'events'; events: readonly Draft[] }
  | { kind: 'unchanged' }
  | { kind: 'told'; told: object }
  | { kind: 'refused'; problem: { code: ProblemCode; errors?: readonly { pointer: string }[] } };

export interface Outcome {
  /** Exactly these events, whole. */
  then(...events: Draft[]): void;
  /** These types in this order, each with at least these fields. */
  thenLike(...events: { type: Draft['type']; data?: Record<string, unknown> }[]): void;
  thenUnchanged(): void;
  /** Nothing happens, and this is the answer. */
  thenTold(told: object): void;
  /** Refused with this code and, where given, pointing at this field. */
  thenRefused(code: ProblemCode, pointer?: string): void;
}

/**
 * Given these events, when this command, then these events: a specification of one decision. Deciding must leave the
 * state as it was and must be repeatable; both are checked every time.
 */
export function deciderSpec<State, Given, Command>(decider: DeciderUnderTest<State, Given, Command>) {
  return (...history: Given[]) => ({
    when(command: Command): Outcome {
      const replay = () => history.reduce((state, event) => decider.evolve(state, event), decider.initial());
      const state = replay();
      const decision = decider.decide(command, state);
      assert.deepEqual(state, replay(), 'the decision changed its state');
      assert.deepEqual(decider.decide(command, state), decision, 'decided twice, it decided differently');
      return outcome(decision);
    },
  });
}

function outcome(decision: SpecifiedDecision): Outcome {
  const decided = decision.kind === 'events' ? decision.events : [];
  return {
    then: (...events) => assert.deepEqual(decision, { kind: 'events', events }),
    thenLike(...events) {
      const told = decision.kind === 'events' ? decided.map((event) => event.type) : decision;
      assert.deepEqual(
        told,
        events.map((event) => event.type),
      );
      events.forEach(({ data = {} }, index) => assert.partialDeepStrictEqual(decided[index]!.data, data));
    },
    thenUnchanged: () => assert.deepEqual(decision, { kind: 'unchanged' }),
    thenTold: (told) => assert.deepEqual(decision, { kind: 'told', told }),
    thenRefused(code, pointer) {
      assert.equal(decision.kind, 'refused', `expected ${code}, got ${JSON.stringify(decision)}`);
      const { problem } = decision as Extract<SpecifiedDecision, { kind: 'refused' }>;
      assert.equal(problem.code, code);
      assert.equal(problem.errors?.[0]?.pointer, pointer);
    },
  };
}

import type { Command } from '@threadlog/commands';
import assert from 'node:assert/strict';
import type { Decision } from './decider';
import { COMMON_REFUSALS, REFUSALS } from './http/refusals';

/** The decision, whose refusal is one that the table tells of, and so the document. */
export function documented({ type }: Command, decision: Decision): Decision {
  if (decision.kind !== 'refused') return decision;
  const { code } = decision.problem;
  const isTold = [...COMMON_REFUSALS, ...REFUSALS[type]].includes(code);
  assert.ok(isTold, `${type} is refused with ${code}, of which http/refusals.ts does not tell`);
  return decision;
}

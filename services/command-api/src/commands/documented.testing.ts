import type { Command } from '@threadlog/commands';
import type { ProblemCode } from '@threadlog/events';
import assert from 'node:assert/strict';
import { definitionOf } from './registry';
import type { Decision } from './decision';

/** What any command may be refused with. */
const COMMON_REFUSALS: readonly ProblemCode[] = ['invalid_request', 'forbidden', 'not_found', 'unavailable'];

/** The decision, whose refusal is one that the table tells of, and so the document. */
export function documented(command: Command, decision: Decision): Decision {
  if (decision.kind !== 'refused') return decision;
  const { code } = decision.problem;
  const isTold = [...COMMON_REFUSALS, ...definitionOf(command).refusals].includes(code);
  assert.ok(isTold, `${command.type} is refused with ${code}, of which its definition does not tell`);
  return decision;
}

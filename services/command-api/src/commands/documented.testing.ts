import type { Command } from '@threadlog/commands';
import assert from 'node:assert/strict';
import { COMMON_REFUSALS, refusalsOf } from '../http/refusals';
import type { Decision } from './decision';

/** The decision, whose refusal is one that the table tells of, and so the document. */
export function documented(command: Command, decision: Decision): Decision {
  if (decision.kind !== 'refused') return decision;
  const { code } = decision.problem;
  const isTold = [...COMMON_REFUSALS, ...refusalsOf(command)].includes(code);
  assert.ok(isTold, `${command.type} is refused with ${code}, of which its definition does not tell`);
  return decision;
}

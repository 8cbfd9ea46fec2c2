import type { Command } from '@threadlog/commands';
import type { GateBounds } from '@threadlog/service';

/** What a command costs whoever decides it, however short it is, in bytes of text that cost as much. */
const COMMAND_COST = 2_048;
/** Commands of a partition that are being decided or whose acks are waited for; about a produce request of them. */
const UNDER_WAY = 1_024;
const UNDER_WAY_OF_TENANT = 512;
const UNDER_WAY_COST = 8 * 1024 * 1024;
const UNDER_WAY_COST_OF_TENANT = 4 * 1024 * 1024;
/** Commands of a partition that wait behind those. */
const WAITING = 4_096;
const WAITING_OF_TENANT = 2_048;
const WAITING_COST = 32 * 1024 * 1024;
const WAITING_COST_OF_TENANT = 16 * 1024 * 1024;
/** What a tenant is served in its turn: eight short commands. */
const TURN_COST = 16 * 1024;

/** Of one partition. */
export const GATE_BOUNDS: GateBounds = {
  underWay: { count: UNDER_WAY, cost: UNDER_WAY_COST },
  underWayOfTenant: { count: UNDER_WAY_OF_TENANT, cost: UNDER_WAY_COST_OF_TENANT },
  waiting: { count: WAITING, cost: WAITING_COST },
  waitingOfTenant: { count: WAITING_OF_TENANT, cost: WAITING_COST_OF_TENANT },
  turn: TURN_COST,
};

/** A command that was not begun after this time is answered `overloaded`: who sent it does not wait for ever. */
export const LONGEST_WAIT_MS = 2_000;

/** About what a command costs: its texts in code units, and as much again for each as a decision takes. */
export function costOf({ input }: Pick<Command, 'input'>): number {
  return COMMAND_COST + textIn(input);
}

function textIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const name in value) sum += name.length + textIn((value as Record<string, unknown>)[name]);
  return sum;
}

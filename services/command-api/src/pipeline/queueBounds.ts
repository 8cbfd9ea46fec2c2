import type { GateBounds } from '@threadlog/service';

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

import type { Router } from 'express';
import type { Service } from './lifecycle';

/** One condition of readiness. `check` throws or rejects, with a message fit for an operator, when it is not met. */
export interface HealthCheck {
  /** Key in the health answers: `database`, `kafka`, `command-api` … */
  name: string;
  check(): void | Promise<void>;
  /** False where the process does what it is for all the same: what fails is named, and it stays ready. True by default. */
  vital?: boolean;
  /** What an operator should know of a part that is ready all the same; null where there is nothing. */
  note?(): string | null;
}

/** What a service contributes to a process: a part to run, routes on the shared servers, conditions of readiness. */
export interface Role extends Service {
  /** Mounted on the API port, below `BASE_PATH`. */
  routes?: Router;
  /** Mounted on the operations port: forwarding, administration. */
  opsRoutes?: Router;
  checks?: HealthCheck[];
  /** What ends requests that would go on for minutes, before those under way are waited for. */
  longRequests?: Service;
}

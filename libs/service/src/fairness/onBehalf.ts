import { AsyncLocalStorage } from 'node:async_hooks';

/** The ways in which something is asked of a process; `internal` is what its own workers ask. */
export type Surface = 'http' | 'sockets' | 'grpc' | 'forwarded' | 'internal';

/** Whose a piece of work is, and which way it came. */
export interface Behalf {
  readonly tenantId: string;
  readonly surface: Surface;
}

const storage = new AsyncLocalStorage<Behalf | undefined>();

/** Does something for a tenant. What it costs, wherever that is, is counted as the tenant's. */
export function onBehalfOf<T>(behalf: Behalf, work: () => T): T {
  return storage.run(behalf, work);
}

/**
 * Does something for the process itself: what several tenants wait for together, whichever of them asked first, must
 * not stand in the line of one of them, nor be refused for it.
 */
export function onOwnBehalf<T>(work: () => T): T {
  return storage.run(undefined, work);
}

/** For whom the present work is done; undefined for what the process does for itself. */
export function presentBehalf(): Behalf | undefined {
  return storage.getStore();
}

/** Runs of an agent at once in conversations of one tenant; others wait. */
export const MAX_RUNS_OF_AGENT = 8;
/** Runs of all agents of a tenant at once. */
export const MAX_RUNS_OF_TENANT = 16;

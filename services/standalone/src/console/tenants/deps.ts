import { createQueryContext, type QueryContext } from '@threadlog/query-api';
import { activeGeneration } from '@threadlog/read-models';
import type { Runtime } from '@threadlog/runtime';
import type { StandaloneConfig } from '../../config';

export type TenantReads = () => Promise<QueryContext>;

/** What reads of a tenant's data work with, for the generation that is served when they are asked. */
export function createTenantReads(runtime: Runtime, config: StandaloneConfig): TenantReads {
  let made: { generation: number; context: QueryContext } | undefined;
  return async () => {
    const generation = await activeGeneration(runtime.database);
    if (made?.generation !== generation)
      made = { generation, context: createQueryContext({ ...runtime, privacy: config }, () => generation) };
    return made.context;
  };
}

import { createRuntime, runRoles, type RunRolesOptions } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { composeRoles } from './compose';
import { loadStandaloneConfig } from './config';
import { consoleRoutes } from './console/routes';

void runMain(async (signal) => {
  const config = loadStandaloneConfig();
  const runtime = await createRuntime(config, { service: 'standalone', features: config.ROLES, signal });
  const operations: RunRolesOptions['operations'] = (own) => consoleRoutes(runtime, own);
  await runRoles(runtime, composeRoles(runtime, config), { signal, operations });
});

import { createRuntime, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { composeRoles } from './compose';
import { loadStandaloneConfig } from './config';

void runMain(async (signal) => {
  const config = loadStandaloneConfig();
  const runtime = await createRuntime(config, { service: 'standalone', features: config.ROLES, signal });
  await runRoles(runtime, composeRoles(runtime, config), { signal });
});

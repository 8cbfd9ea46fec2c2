import { createRuntime, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { composeRoles } from './compose';
import { loadStandaloneConfig } from './config';
import { createConsole } from './console/routes';

void runMain(async (signal) => {
  const config = loadStandaloneConfig();
  const runtime = await createRuntime(config, { service: 'standalone', features: config.ROLES, signal });
  const roles = composeRoles(runtime, config);
  const console = createConsole(runtime, config, { roles });
  await runRoles(runtime, roles, { signal, operations: console.routes }).finally(console.close);
});

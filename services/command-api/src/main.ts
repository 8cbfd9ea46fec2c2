import { createRuntime, loadProcessConfig, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { commandApiConfig } from './config';
import { createCommandApi } from './role';

void runMain(async (signal) => {
  const config = loadProcessConfig(commandApiConfig, process.env);
  const runtime = await createRuntime(config, { service: 'command-api', features: ['commands'], signal });
  await runRoles(runtime, [createCommandApi({ ...runtime, config })], { signal });
});

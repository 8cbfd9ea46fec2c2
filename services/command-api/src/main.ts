import { createRuntime, createSignals, loadProcessConfig, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { commandApiConfig } from './config';
import { createCommandApi } from './role';

void runMain(async (signal) => {
  const config = loadProcessConfig(commandApiConfig, process.env);
  const runtime = await createRuntime(config, { service: 'command-api', features: ['commands'], signal });
  const signals = createSignals({ ...runtime, keysOnly: true });
  await runRoles(runtime, [signals, createCommandApi({ ...runtime, config })], { signal });
});

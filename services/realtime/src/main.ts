import { createRemoteCommands, createRuntime, createSignals, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { loadRealtimeConfig } from './config';
import { createRealtime } from './role';

void runMain(async (signal) => {
  const config = loadRealtimeConfig();
  const runtime = await createRuntime(config, { service: 'realtime', features: ['sockets'], signal });
  const { router, close } = createRemoteCommands(runtime, config);
  const signals = createSignals(runtime);
  const role = createRealtime({ ...runtime, config, router, signals });
  await runRoles(runtime, [signals, { ...role, run: (stop) => role.run(stop).finally(close) }], { signal });
});

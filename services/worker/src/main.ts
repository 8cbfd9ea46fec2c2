import { createRemoteCommands, createRuntime, createSignals, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { loadWorkerConfig } from './config';
import { createWorker } from './role';

void runMain(async (signal) => {
  const config = loadWorkerConfig();
  const runtime = await createRuntime(config, {
    service: 'worker',
    features: ['privacy', 'retention', 'feed'],
    signal,
  });
  const { router, close } = createRemoteCommands(runtime, config);
  const signals = createSignals(runtime);
  const role = createWorker({ ...runtime, config, signals, router });
  await runRoles(runtime, [signals, { ...role, run: (stop) => role.run(stop).finally(close) }], { signal });
});

import { createRuntime, createSignals, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { loadQueryApiConfig } from './config';
import { createQueryApi } from './role';

void runMain(async (signal) => {
  const config = loadQueryApiConfig();
  const runtime = await createRuntime(config, { service: 'query-api', features: ['queries'], signal });
  const api = { title: 'Threadlog', version: runtime.info.version, servers: [config.BASE_PATH || '/'] };
  const signals = createSignals(runtime);
  const { presence } = signals;
  const role = createQueryApi({
    ...runtime,
    api,
    presence,
    readWaitMs: config.READ_WAIT_MS,
    privacy: config,
    basePath: config.BASE_PATH,
  });
  await runRoles(runtime, [signals, role], { signal });
});

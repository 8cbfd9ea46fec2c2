import { createRuntime, loadProcessConfig, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { projectorConfig } from './config';
import { createProjector } from './role';

void runMain(async (signal) => {
  const config = loadProcessConfig(projectorConfig, process.env);
  const runtime = await createRuntime(config, { service: 'projector', features: ['projections'], signal });
  const { PROJECTOR_MAX_TRANSACTIONS: maxTransactions, PROJECTOR_POLL_MS: pollMs } = config;
  await runRoles(runtime, [createProjector({ ...runtime, maxTransactions, pollMs })], { signal });
});

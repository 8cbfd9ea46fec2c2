import { createRuntime, loadProcessConfig, runRoles } from '@threadlog/runtime';
import { runMain } from '@threadlog/service';
import { projectorConfig, projectorOptions } from './config';
import { createProjector } from './role';

void runMain(async (signal) => {
  const config = loadProcessConfig(projectorConfig, process.env);
  const runtime = await createRuntime(config, { service: 'projector', features: ['projections'], signal });
  await runRoles(runtime, [createProjector({ ...runtime, ...projectorOptions(config) })], { signal });
});

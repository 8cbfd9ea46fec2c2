import { commandRoutes, createCommandApi, createRemoteCommands } from '@threadlog/command-api';
import type { CommandRouter } from '@threadlog/commands';
import { createProjector } from '@threadlog/projector';
import { createQueryApi } from '@threadlog/query-api';
import { createRealtime } from '@threadlog/realtime';
import type { Runtime } from '@threadlog/runtime';
import type { Role } from '@threadlog/service';
import type { StandaloneConfig } from './config';

/** The roles that the configuration names. Those that write share the command API of this process, if it has one. */
export function composeRoles(runtime: Runtime, config: StandaloneConfig): Role[] {
  const wanted = new Set(config.ROLES);
  const roles: Role[] = [];
  let router: CommandRouter;
  if (wanted.has('command-api')) {
    const commandApi = createCommandApi({ ...runtime, config });
    roles.push(commandApi);
    router = commandApi.router;
  } else {
    router = createRemoteCommands({ ...runtime, config });
  }
  if (wanted.has('projector')) roles.push(createProjector(runtime));
  if (wanted.has('query-api')) {
    roles.push(createQueryApi({ ...runtime, alsoDocumented: commandRoutes, readWaitMs: config.READ_WAIT_MS }));
  }
  if (wanted.has('realtime')) roles.push(createRealtime({ ...runtime, limits: undefined, config, router }));
  return roles;
}

import { commandApiConfig } from '@threadlog/command-api';
import { grpcConfig } from '@threadlog/grpc';
import { projectorConfig } from '@threadlog/projector';
import { queryApiConfig } from '@threadlog/query-api';
import { forwardConfig, loadProcessConfig } from '@threadlog/runtime';
import { workerConfig } from '@threadlog/worker';
import { list, realtimeConfig, type Env, type LoadConfigOptions } from '@threadlog/service';

/** The roles there are, in the order in which they start: those that others write through come first. */
export const ROLE_NAMES = ['command-api', 'projector', 'query-api', 'realtime', 'grpc', 'worker'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

const roles = () =>
  list().transform((names, context): RoleName[] => {
    const unknown = names.filter((name) => name !== 'all' && !ROLE_NAMES.some((role) => role === name));
    if (unknown.length > 0 || names.length === 0) {
      context.addIssue({ code: 'custom', message: `must be \`all\` or some of ${ROLE_NAMES.join(', ')}` });
    }
    return ROLE_NAMES.filter((role) => names.includes('all') || names.includes(role));
  });

/** Variables of the process that runs any set of the roles. */
export const standaloneConfig = {
  ROLES: roles().prefault('all').describe('Roles of this process: `all`, or some of them, separated by commas'),
  ...commandApiConfig,
  ...forwardConfig,
  ...projectorConfig,
  ...queryApiConfig,
  ...realtimeConfig,
  ...grpcConfig,
  ...workerConfig,
};

/** Throws `ConfigError` with all problems at once. */
export function loadStandaloneConfig(env: Env = process.env, options?: LoadConfigOptions) {
  return loadProcessConfig(standaloneConfig, env, options);
}
export type StandaloneConfig = ReturnType<typeof loadStandaloneConfig>;

import { ConfigError, EXIT_CONFIG } from '@threadlog/service';
import type { CommandContext } from '../context';
import type { Outcome } from '../outcome';

/** Whether a process would start with this configuration: every problem at once, without values. Reaches for no server. */
export async function configCheck({ env }: CommandContext): Promise<Outcome> {
  // All services are behind it; no other command needs them.
  const { loadStandaloneConfig } = await import('@threadlog/standalone');
  const warnings: string[] = [];
  try {
    const { ROLES: roles } = loadStandaloneConfig(env, { warn: (line) => void warnings.push(line) });
    const text = [
      `a process of ${roles.join(', ')} would start with it`,
      ...warnings.map((line) => `warning: ${line}`),
    ];
    return { ok: true, text: text.join('\n'), json: { valid: true, roles, warnings, problems: [] } };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    const json = { valid: false, roles: null, warnings, problems };
    return { ok: false, exit: EXIT_CONFIG, text: problems.join('\n'), json };
  }
}

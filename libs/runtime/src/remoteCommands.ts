import { clusterSecrets, createForwardSigner } from '@threadlog/auth';
import { createForwardClient, createRemoteRouter, type CommandRouter } from '@threadlog/commands';
import { onOwnBehalf } from '@threadlog/service';
import type { ForwardConfig } from './config';
import type { Runtime } from './runtime';
import { shedWrites } from './shedWrites';

const REMEMBERED_MS = 1_000;

/** The way to write for processes without a command API: through any that is alive. */
export interface RemoteCommands {
  router: CommandRouter;
  close(): Promise<void>;
}

/**
 * Finds the living command APIs by their heartbeats. Who is alive is asked at most once a second; each command starts
 * with another of them.
 */
export function createRemoteCommands(
  { database, clock, shedding }: Pick<Runtime, 'database' | 'clock' | 'shedding'>,
  config: ForwardConfig,
): RemoteCommands {
  const signer = createForwardSigner(clusterSecrets(config), clock.now);
  const client = createForwardClient({ signer, allowedRanges: config.FORWARD_ALLOWED_RANGES });
  let known: Promise<string[]> | undefined;
  let askedAt = -Infinity;
  let turn = 0;

  async function instances(): Promise<string[]> {
    if (!known || performance.now() - askedAt > REMEMBERED_MS) {
      askedAt = performance.now();
      // All who write wait for it together.
      known = onOwnBehalf(() => livingInstances(database));
      // A failure is not remembered.
      known.catch(() => (known = undefined));
    }
    const urls = await known;
    turn += 1;
    return urls.map((_url, index) => urls[(turn + index) % urls.length] as string);
  }

  return { router: shedWrites(createRemoteRouter({ client, instances }), shedding), close: () => client.close() };
}

async function livingInstances(database: Runtime['database']): Promise<string[]> {
  const { rows } = await database.query<{ url: string }>(
    'select owner_url as url from threadlog.command_instances where expires_at > clock_timestamp() order by owner_id',
  );
  return rows.map(({ url }) => url);
}

import { deploymentStatus, type DeploymentStatus } from '@threadlog/runtime';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { table, type Outcome } from '../outcome';

/** How the deployment is: what the console's Health shows. Not ok where something stands still. */
export async function status(context: CommandContext): Promise<Outcome> {
  const found = await onDeployment(context, async (operator) =>
    deploymentStatus({ database: operator.database, log: await openEvents(operator) }),
  );
  const ownerless = found.partitions.some(({ owner }) => owner === null);
  const waiting = found.processes.some(({ ready }) => !ready);
  const text = [
    processesOf(found),
    '',
    partitionsOf(found),
    '',
    `generation ${found.generation} is served; ${found.quarantine.parked} parked streams, ${found.quarantine.quarantined} records in quarantine`,
    ...found.losses,
  ].join('\n');
  return { ok: !ownerless && !waiting && found.losses.length === 0, text, json: found };
}

function processesOf({ processes }: DeploymentStatus): string {
  if (processes.length === 0) return 'no process has said in the last minutes that it is there';
  return table(
    ['process', 'roles', 'state', 'memory', 'said', 'waits for'],
    processes.map(({ url, roles, ready, memory, silentSeconds, waitsFor }) => [
      ...[url, roles.join(','), ready ? 'ready' : 'not ready', `${Math.round(memory.used / 1_048_576)} MiB`],
      ...[
        `${silentSeconds} s ago`,
        Object.entries(waitsFor)
          .map(([check, said]) => `${check}: ${said}`)
          .join('; '),
      ],
    ]),
  );
}

function partitionsOf({ partitions }: DeploymentStatus): string {
  return table(
    ['partition', 'owner', 'records', 'lag', 'seconds'],
    partitions.map((one) => [one.partition, one.owner ?? 'nobody', one.head, one.lagRecords, one.lagSeconds]),
  );
}

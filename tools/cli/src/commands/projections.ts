import { generationProgress } from '@threadlog/projector';
import { deploymentStatus } from '@threadlog/runtime';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { table, type Outcome } from '../outcome';

/** How far every generation is behind the log, and the served one by partition. Not ok where that is more than `most` records. */
export async function projectionsLag(context: CommandContext, { most }: { most: number }): Promise<Outcome> {
  const { generations, partitions } = await onDeployment(context, async (operator) => {
    const log = await openEvents(operator);
    const { partitions } = await deploymentStatus({ database: operator.database, log });
    return { generations: await generationProgress(operator.database, log), partitions };
  });
  const lags = partitions.map(({ partition, head, lagRecords, lagSeconds }) => ({
    ...{ partition, head, lagRecords, lagSeconds },
  }));
  const text = [
    table(
      ['generation', 'state', 'served', 'records read', 'behind'],
      generations.map(({ generation, state, served, read, lag }) => [
        generation,
        state,
        served ? 'yes' : '',
        read,
        lag,
      ]),
    ),
    '',
    table(
      ['partition', 'records', 'behind', 'seconds'],
      lags.map(({ partition, head, lagRecords, lagSeconds }) => [partition, head, lagRecords, lagSeconds]),
    ),
  ].join('\n');
  const behind = generations.find(({ served }) => served)?.lag ?? 0;
  return { ok: behind <= most, text, json: { behind, generations, partitions: lags } };
}

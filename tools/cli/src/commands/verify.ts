import { dropGeneration, firstDifferences } from '@threadlog/projector';
import { foldedBy, type Difference } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { onDeployment, type CommandContext } from '../context';
import { CommandError, EXIT, table, type Outcome } from '../outcome';
import { built, POLL_MS, take } from './building';

export interface VerifyOptions {
  /** Most differences that are told. */
  limit: number;
  /** Leaves what was built for it. */
  keep?: boolean | undefined;
  /** Seconds without a record read, or without both being equally far, after which it is given up. */
  patience: number;
}

/**
 * Whether the served read model is the fold of the log: builds it again beside the served one, compares row by row, says the
 * first differences, and drops what it has built. Projectors do the building, so it costs what a rebuild costs.
 */
export async function verify(context: CommandContext, options: VerifyOptions): Promise<Outcome> {
  return onDeployment(context, async (operator) => {
    const { generation, former, isNew } = await take(context, operator);
    if (former === null) throw new CommandError('this build serves no generation yet');
    try {
      await built(context, operator, { generation, ...options });
      return outcomeOf(former, await compared(operator, { served: former, generation }, options));
    } finally {
      if (isNew && !options.keep)
        await dropGeneration(operator.database, operator.messageStore(generation), generation);
    }
  });
}

/** Records are written meanwhile, and then a difference says nothing: it counts where both stood still while it was looked for. */
async function compared(
  { database, messageStore }: Operator,
  { served, generation }: { served: number; generation: number },
  { limit, patience }: VerifyOptions,
): Promise<Difference[]> {
  const side = (number: number) => ({ generation: number, store: messageStore(number) });
  const position = async () => JSON.stringify(await Promise.all([served, generation].map((one) => readBy(one))));
  const readBy = async (one: number) => [...(await foldedBy(database, one))].sort(([a], [b]) => a - b);
  const deadline = performance.now() + patience * 1_000;
  for (;;) {
    const before = await position();
    const found = await firstDifferences(database, side(served), side(generation), limit);
    if (found !== null && (found.length === 0 || before === (await position()))) return found;
    if (performance.now() > deadline)
      throw new CommandError(
        `the two were never equally far for ${patience} s: run this where less is written, or with more --patience`,
        EXIT.unavailable,
      );
    await delay(POLL_MS / 10);
  }
}

function outcomeOf(served: number, differences: readonly Difference[]): Outcome {
  const rows = differences.map(({ table: name, key, only, columns }) => [
    ...[name, JSON.stringify(key)],
    only === null ? columns.join(', ') : only === 'one' ? 'only in the served model' : 'missing in the served model',
  ]);
  const says = { one: 'served', other: 'log' } as const;
  return {
    ok: differences.length === 0,
    text:
      differences.length === 0
        ? `generation ${served}, which is served, is the fold of the log`
        : [
            `generation ${served}, which is served, is NOT the fold of the log; the first differences:`,
            table(['table', 'row', 'differs in'], rows),
          ].join('\n'),
    json: {
      served,
      equal: differences.length === 0,
      differences: differences.map(({ only, ...each }) => ({ ...each, only: only && says[only] })),
    },
  };
}

import { run } from '@threadlog/cli';
import { readCheckpoints } from '@threadlog/read-models';
import { openOperator, operatorConfig, type Operator } from '@threadlog/runtime';
import { createLogger, loadConfig } from '@threadlog/service';
import { eventually, type Cleanups } from '@threadlog/testing';
import { z } from 'zod';

type Env = Record<string, string>;

/** The stores of a deployment, for looking at them behind its back. */
export interface Onlooker extends Operator {
  /** Resolves when a generation has everything that is in the log now. */
  projected(generation: number): Promise<void>;
}

/** Closed at the end of the test file at the latest. */
export async function onlookerOf(env: Env, cleanups: Cleanups): Promise<Onlooker> {
  const config = loadConfig(z.object(operatorConfig), env, { warn: () => undefined });
  const logger = createLogger({ service: 'e2e', level: 'silent' });
  const operator = await openOperator(config, { service: 'e2e', signal: new AbortController().signal, logger });
  const events = await operator.openEvents();
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= operator.close());
  cleanups.add(close);
  return {
    ...operator,
    close,
    async projected(generation) {
      const heads = await Promise.all(Array.from({ length: events.partitions }, (_, at) => events.head(at)));
      await eventually(
        async () => {
          const read = await readCheckpoints(operator.database, generation);
          const behind = heads.filter((head, partition) => (read.get(partition)?.nextOffset ?? 0) < head);
          if (behind.length > 0) throw new Error(`generation ${generation} is behind on ${behind.length} partitions`);
        },
        { timeoutMs: 180_000, intervalMs: 200 },
      );
    },
  };
}

/** A command of the operator's tool; what it printed, as JSON. */
export async function cli(env: Env, args: readonly string[]): Promise<{ code: number; json: unknown; said: string }> {
  let out = '';
  const lines: string[] = [];
  const code = await run(['--json', ...args], {
    env,
    out: (text) => (out += text),
    report: (line) => void lines.push(line),
  });
  return { code, json: out === '' ? null : JSON.parse(out), said: lines.join('\n') };
}

import { run } from '@threadlog/cli';
import { openOperator, operatorConfig, type Operator } from '@threadlog/runtime';
import { createLogger, loadConfig } from '@threadlog/service';
import type { Cleanups } from '@threadlog/testing';
import { z } from 'zod';

type Env = Record<string, string>;

/** The stores of a deployment, for looking at them behind its back. Closed at the end of the test file at the latest. */
export async function operatorOf(env: Env, cleanups: Cleanups): Promise<Operator> {
  const config = loadConfig(z.object(operatorConfig), env, { warn: () => undefined });
  const logger = createLogger({ service: 'e2e', level: 'silent' });
  const signal = new AbortController().signal;
  const operator = await openOperator(config, { service: 'e2e', signal, logger });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= operator.close());
  cleanups.add(close);
  return { ...operator, close };
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

import type { EventLog } from '@threadlog/log';
import { openOperator, operatorConfig, type Operator, type OperatorConfig } from '@threadlog/runtime';
import { createLogger, loadConfig, type Env } from '@threadlog/service';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandError, EXIT } from './outcome';

/** What every command is given. */
export interface CommandContext {
  /** The environment, with that of the data directory over it where one was named. */
  env: Env;
  /** A line for the person who waits; never part of the result. */
  report(line: string): void;
}

/** How long servers may take to answer; milliseconds. */
const PATIENCE_MS = 15_000;

/** Lays the environment that `npm start` left in its data directory over the given one. */
export function withDataDirectory(env: Env, dataDir: string | undefined): Env {
  if (dataDir === undefined) return env;
  const file = join(dataDir, 'environment.json');
  try {
    return { ...env, ...z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8'))) };
  } catch (cause) {
    throw new CommandError(`${file} cannot be read: is this the data directory of npm start?`, EXIT.usage, { cause });
  }
}

/** Opens the deployment that the environment names, for as long as `work` takes. */
export async function onDeployment<T>({ env }: CommandContext, work: (operator: Operator) => Promise<T>): Promise<T> {
  const config: OperatorConfig = loadConfig(z.object(operatorConfig), env, { warn: () => undefined });
  // Lines of a process's log have no place among the results.
  const logger = createLogger({ service: 'cli', level: 'silent' });
  const stop = new AbortController();
  const operator = await patiently(
    stop,
    openOperator(config, { service: 'threadlog-cli', signal: stop.signal, logger }),
  );
  try {
    return await work(operator);
  } finally {
    await operator.close();
  }
}

/** The events topic of the deployment. */
export function openEvents(operator: Operator): Promise<EventLog> {
  return patiently(new AbortController(), operator.openEvents());
}

/** A person waits at the other end: servers that do not answer are said to be away. */
async function patiently<T>(stop: AbortController, opening: Promise<T>): Promise<T> {
  const away = new CommandError(`Postgres or Kafka did not answer within ${PATIENCE_MS / 1_000} s`, EXIT.unavailable);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    stop.abort(away);
    reject(away);
  }, PATIENCE_MS);
  try {
    return await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}

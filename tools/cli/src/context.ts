import type { EventLog } from '@threadlog/log';
import { openOperator, operatorConfig, type Operator, type OperatorConfig } from '@threadlog/runtime';
import { createLogger, loadConfig, type Env } from '@threadlog/service';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CommandError, EXIT } from './outcome';

/** What every command is given. */
export interface CommandContext {
  /** The environment, with that of the data directory over it where one was named. */
  env: Env;
  /** A line for the person who waits; never part of the result. */
  report(line: string): void;
  /** Where that person sees what moves; not there without a terminal. */
  terminal?: NodeJS.WriteStream | undefined;
}

/** How long servers may take to answer; milliseconds. */
const PATIENCE_MS = 15_000;

const CHECKOUT = resolve(__dirname, '..', '..', '..');
/** Who names one of these has said where the deployment is. */
const NAMES_A_DEPLOYMENT = ['DATABASE_URL', 'DATABASE_URL_FILE', 'KAFKA_BROKERS', 'KAFKA_BROKERS_FILE'];

/**
 * The environment that a command works on: the given one, with that of the named data directory over it; where neither
 * says which deployment is meant, that of `npm start` if it runs, which is said.
 */
export function environmentOf(env: Env, dataDir: string | undefined, report: (line: string) => void): Env {
  if (dataDir !== undefined) return withDataDirectory(env, dataDir);
  if (NAMES_A_DEPLOYMENT.some((name) => (env[name] ?? '') !== '')) return env;
  const own = resolve(CHECKOUT, env.DATA_DIR || '.data');
  if (!existsSync(join(own, 'environment.json'))) return env;
  if (!isLaunched(own)) {
    report(`npm start does not run on ${own}; --data-dir ${own} takes its environment all the same`);
    return env;
  }
  report(`on what npm start runs on, ${own}`);
  return withDataDirectory(env, own);
}

/** Whether the process that keeps a data directory's servers running is there. */
function isLaunched(dataDir: string): boolean {
  try {
    const { pid } = z
      .object({ pid: z.int() })
      .parse(JSON.parse(readFileSync(join(dataDir, 'pids', 'launcher.json'), 'utf8')));
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Lays the environment that `npm start` left in its data directory over the given one. */
function withDataDirectory(env: Env, dataDir: string): Env {
  const file = join(dataDir, 'environment.json');
  try {
    return { ...operatorsToken(dataDir), ...env, ...z.record(z.string(), z.string()).parse(readJson(file)) };
  } catch (cause) {
    throw new CommandError(`${file} cannot be read: is this the data directory of npm start?`, EXIT.usage, { cause });
  }
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** What processes need not know to be asked stands beside their environment. */
function operatorsToken(dataDir: string): Env {
  const file = join(dataDir, 'secrets.json');
  return existsSync(file) ? z.object({ OPS_TOKEN: z.string().optional() }).parse(readJson(file)) : {};
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

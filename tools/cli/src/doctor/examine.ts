import { createDatabase, createMongo } from '@threadlog/read-models';
import { openOperator, type Operator, type OperatorConfig } from '@threadlog/runtime';
import { createLogger } from '@threadlog/service';
import { examineDeployment } from './deployment';
import { fault, look, ok, PATIENCE_MS, skipped, unless, warning, type Finding } from './finding';
import { examineKafka } from './kafka';
import { examineKeys, examineKeyStore } from './keys';
import { examineServer, examineWay, waysOf, type ServerOptions } from './postgres';

export interface ExamineOptions extends ServerOptions {
  /** How long each look may take; milliseconds. */
  patienceMs?: number;
}

/** Looks at a deployment from where it runs: everything that a process of this configuration would rest on. Changes nothing. */
export async function examine(config: OperatorConfig, options: ExamineOptions = {}): Promise<Finding[]> {
  const { patienceMs = PATIENCE_MS } = options;
  let reached = false;
  const [log, ways, mongo] = await Promise.all([
    look('kafka', patienceMs, async () => {
      const kafka = await examineKafka(config);
      reached = kafka.reached;
      return kafka.findings;
    }),
    Promise.all(waysOf(config).map((way) => look(way.variable, patienceMs, async () => [await examineWay(way)]))),
    look('MONGO_URL', patienceMs, () => examineMongo(config)),
  ]);
  const found = [nodeVersion(), ...log, ...ways.flat(), ...mongo];
  const away = ways.flat().find(({ state }) => state === 'fault');
  if (away) return [...found, ...skippedFor(`${away.check} has to be mended first`)];
  const inside = await onOperator(config, (operator) => examineStores(operator, { ...options, patienceMs, reached }));
  return [...found, ...inside];
}

const INSIDE = ['clock', 'connections', 'migrations', 'leases', 'lag', 'keys'];
const skippedFor = (why: string, checks = INSIDE): Finding[] => checks.map((check) => skipped(check, why));

async function examineStores(
  operator: Operator,
  { reached, patienceMs, ...options }: ServerOptions & { patienceMs: number; reached: boolean },
): Promise<Finding[]> {
  const { config, database, sessions, sealing } = operator;
  const server = await look('database', patienceMs, () => examineServer(sessions, config, options));
  const isMigrated = server.find(({ check }) => check === 'migrations')?.state === 'ok';
  if (!isMigrated) return [...server, ...skippedFor('the database is not migrated', ['leases', 'lag', 'keys'])];
  const { KEYSTORE_DATABASE_URL: url } = config;
  const keys = url ? createDatabase({ url, pooler: !config.DATABASE_PREPARED, max: 1 }) : database;
  try {
    const store = await look('key store', patienceMs, () => examineKeyStore(config, { keys, database, sealing }));
    if (!reached) return [...server, ...store, ...skippedFor('the log cannot be read', ['leases', 'lag', 'keys'])];
    const isReadable = store.every(({ state }) => state !== 'fault');
    const deployment = await look('log', patienceMs, async () => {
      const log = await operator.openEvents();
      const found = await examineDeployment(database, log);
      return isReadable ? [...found, await examineKeys(log, sealing)] : found;
    });
    return [...server, ...store, ...deployment];
  } finally {
    if (keys !== database) await keys.end();
  }
}

/** Opens what is known to be there. */
async function onOperator(
  config: OperatorConfig,
  work: (operator: Operator) => Promise<Finding[]>,
): Promise<Finding[]> {
  const logger = createLogger({ service: 'cli', level: 'silent' });
  const operator = await openOperator(config, {
    service: 'threadlog-cli',
    signal: AbortSignal.timeout(30_000),
    logger,
  });
  try {
    return await work(operator);
  } finally {
    await operator.close();
  }
}

async function examineMongo({ MONGO_URL: url }: OperatorConfig): Promise<Finding[]> {
  if (url === undefined) return [];
  const client = createMongo(url, { serverSelectionTimeoutMS: 2_000 });
  try {
    const { version } = await client.db().admin().serverInfo();
    return [ok('MONGO_URL', `MongoDB ${String(version)}`)];
  } catch (error) {
    return [
      fault(
        'MONGO_URL',
        `the server cannot be reached: ${(error as Error).message}`,
        'start the server, or correct MONGO_URL',
      ),
    ];
  } finally {
    await client.close();
  }
}

/** What processes are started with is another matter: this is the one that this command runs on. */
const OLDEST_NODE = 20;
function nodeVersion(): Finding {
  const { version } = process;
  const isOld = Number.parseInt(version.slice(1)) < OLDEST_NODE;
  return unless(
    isOld && warning('version of Node', version, 'take the one that package-lock.json pins: npx node --version'),
    ok('version of Node', version),
  );
}

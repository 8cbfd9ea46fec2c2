import type { EventLog } from '@threadlog/log';
import type { Database } from '@threadlog/read-models';
import { assertKeyStoreHome, checkKeys, KeyStoreMovedError, tellKeys, type OperatorConfig } from '@threadlog/runtime';
import { masterKeyFrom, type SealingService } from '@threadlog/sealing';
import { fault, ok, unless, warning, type Finding } from './finding';

/** The key store is where the keys are, and ours is the master key that they are wrapped by. */
export async function examineKeyStore(
  config: OperatorConfig,
  stores: { keys: Database; database: Database; sealing: SealingService },
): Promise<Finding[]> {
  const { keys, database, sealing } = stores;
  try {
    if (keys !== database) await assertKeyStoreHome(keys, database);
  } catch (error) {
    if (!(error instanceof KeyStoreMovedError)) throw error;
    return [fault('key store', error.message, 'docs/operations.md, Backups: A key store of its own')];
  }
  const versions = await sealing.masterKeys();
  const all = [
    config.SEALING_MASTER_KEY,
    ...(config.SEALING_MASTER_KEYS_OLD ?? '').split(',').filter((key) => key.trim()),
  ];
  const ours = new Set(all.map((key) => masterKeyFrom({ SEALING_MASTER_KEY: key }).version));
  const foreign = versions.filter(({ version, wrapped }) => wrapped > 0 && !ours.has(version));
  const due = versions.filter(({ wrapped, dueAt }) => wrapped > 0 && dueAt.getTime() <= Date.now());
  const names = (some: typeof versions) =>
    some.map(({ version, wrapped }) => `${version} (${wrapped} keys)`).join(', ');
  if (foreign.length > 0)
    return [
      fault(
        'master key',
        `keys are wrapped by ${names(foreign)}, which is neither SEALING_MASTER_KEY nor among SEALING_MASTER_KEYS_OLD: their texts cannot be read`,
        'find that master key and add it to SEALING_MASTER_KEYS_OLD of every process',
      ),
    ];
  return [
    unless(
      due.length > 0 &&
        warning(
          'master key',
          `${names(due)} is due to be replaced`,
          'docs/operations.md, Keys: npm run cli -- keys status',
        ),
      ok('master key', 'every key is wrapped by one that is there'),
    ),
  ];
}

/** The newest records of each partition that are looked at: a lost or older key store lacks their keys first of all. */
const NEWEST = 200;

/** The key store has the keys of the newest texts. */
export async function examineKeys(log: EventLog, sealing: SealingService): Promise<Finding> {
  const found = await checkKeys({ log, sealing, newest: NEWEST });
  return unless(
    found.missing > 0 &&
      fault(
        'keys',
        tellKeys(found),
        'restore the newest copy of the key store; then npm run cli -- keys check looks at the whole log',
      ),
    ok('keys', `those of the newest ${NEWEST} records of each partition are there`),
  );
}

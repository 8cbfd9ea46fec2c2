import type { MasterKeyStatus } from '@threadlog/sealing';
import { checkKeys, tellKeys } from '@threadlog/runtime';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { CommandError, table, type Outcome } from '../outcome';

/** Versions of the master key: which wraps, how many keys each still holds, when each is due to be gone. */
export async function keysStatus(context: CommandContext): Promise<Outcome> {
  const versions = await onDeployment(context, ({ sealing }) => sealing.masterKeys());
  const rows = versions.map((version) => describe(version, Date.now()));
  const text = table(
    ['version', 'current', 'keys', 'age (days)', 'due', ''],
    rows.map((row) => [row.version, row.current ? 'yes' : '', row.keys, row.ageDays, row.dueAt, row.note]),
  );
  return { ok: true, text, json: { versions: rows } };
}

function describe({ version, current, wrapped, firstSeenAt, dueAt }: MasterKeyStatus, now: number) {
  const overdue = dueAt.getTime() <= now;
  const note = current && overdue ? 'rotate now' : !current && wrapped > 0 ? 'run keys rotate' : '';
  return {
    ...{ version, current, keys: wrapped, firstSeenAt: firstSeenAt.toISOString(), dueAt: dueAt.toISOString() },
    ...{ ageDays: Math.floor((now - firstSeenAt.getTime()) / 86_400_000), overdue, note },
  };
}

const REPORT_EVERY = 100_000;

/** Whether the key store has every key that a text in the log needs. Destroyed ones count as there: they were meant to go. */
export async function keysCheck(context: CommandContext, { newest }: { newest?: number }): Promise<Outcome> {
  return onDeployment(context, async (operator) => {
    const log = await openEvents(operator);
    let told = 0;
    const onProgress = (records: number) => {
      if (records - told < REPORT_EVERY) return;
      told = records;
      context.report(`${records} records looked at`);
    };
    const found = await checkKeys({ log, sealing: operator.sealing, onProgress, ...(newest && { newest }) });
    return { ok: found.missing === 0, text: tellKeys(found), json: { ...found } };
  });
}

const ROTATION_LOCK = `hashtextextended('threadlog key rotation', 0)`;

/**
 * Wraps all keys again under the current master key, in batches, until none is left under another. It may be stopped at
 * any point and run beside the processes; processes that still wrap by the old version only make it take longer.
 */
export async function keysRotate(context: CommandContext, { batch }: { batch: number }): Promise<Outcome> {
  return onDeployment(context, async ({ sessions, sealing }) => {
    const lock = await sessions.connect();
    try {
      const { rows } = await lock.query<{ held: boolean }>(`select pg_try_advisory_lock(${ROTATION_LOCK}) as held`);
      if (!rows[0]?.held) throw new CommandError('another rotation is running');
      let rewrapped = 0;
      for (let left = -1; left !== 0;) {
        left = await sealing.rewrap(batch);
        rewrapped += left;
        if (left > 0) context.report(`${rewrapped} keys wrapped again`);
      }
      await sealing.noteMasterKey();
      const versions = await sealing.masterKeys();
      const current = versions.find((version) => version.current)!.version;
      const old = versions.filter((version) => !version.current).map(({ version }) => version);
      const next =
        old.length > 0 ? `\nVersions that wrap nothing any more, and can be destroyed: ${old.join(', ')}` : '';
      const text = `${rewrapped} keys wrapped again; all keys are under version ${current}.${next}`;
      return { ok: true, text, json: { rewrapped, current, empty: old } };
    } finally {
      // The lock goes with its connection.
      lock.release(true);
    }
  });
}

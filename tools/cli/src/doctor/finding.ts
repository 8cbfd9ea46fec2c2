/** What a look at one thing came to. */
export interface Finding {
  /** What was looked at: `kafka`, `topic`, `clock` … */
  check: string;
  /** `skipped`: it could not be looked at, since something else is missing. */
  state: 'ok' | 'warning' | 'fault' | 'skipped';
  /** What was found, in one line. */
  says: string;
  /** What to do about it; null where there is nothing to do. */
  cure: string | null;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says, cure: null });
export const skipped = (check: string, says: string): Finding => ({ check, state: 'skipped', says, cure: null });
export const warning = (check: string, says: string, cure: string): Finding => ({
  check,
  state: 'warning',
  says,
  cure,
});
export const fault = (check: string, says: string, cure: string): Finding => ({ check, state: 'fault', says, cure });

/** The one if there is something wrong, else the other. */
export function unless(wrong: Finding | null | undefined | false, fine: Finding): Finding {
  return wrong || fine;
}

/** How long a look may take; milliseconds. A server that is stopped, and not gone, answers nothing for ever. */
export const PATIENCE_MS = 10_000;

/** Looks, for as long as it may take; a look that fails, or takes longer, is a finding too, of `check`. */
export async function look(check: string, patienceMs: number, at: () => Promise<Finding[]>): Promise<Finding[]> {
  const { promise: late, resolve } = Promise.withResolvers<Finding[]>();
  const says = `no answer within ${patienceMs / 1_000} s: the server takes connections, and hangs or is stopped`;
  const timer = setTimeout(
    () => resolve([fault(check, says, 'look at its machine and its log; restart it')]),
    patienceMs,
  );
  try {
    return await Promise.race([at(), late]);
  } catch (error) {
    const failed = `it could not be looked at: ${(error as Error).message}`;
    return [fault(check, failed, 'mend what else is found, and look again')];
  } finally {
    clearTimeout(timer);
  }
}

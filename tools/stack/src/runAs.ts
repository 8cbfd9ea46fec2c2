import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, delimiter, join } from 'node:path';
import { StackError } from './errors';

/** Postgres refuses to run as root, so root starts it as somebody else. */
export interface Account {
  uid: number;
  gid: number;
}

const accountNamed = (name: string): Account | null => {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null;
};

const ownerOf = (folder: string): Account | null => {
  if (!existsSync(folder)) return null;
  const { uid, gid } = statSync(folder);
  return uid === 0 ? null : { uid, gid };
};

/**
 * Who runs Postgres when we are root: the owner of the data there already is, else an account that every system has.
 * @returns null when we are not root. @throws StackError when there is no such account.
 */
export const unprivilegedAccount = (dataFolder: string): Account | null => {
  if (process.getuid?.() !== 0) return null;
  const account = ownerOf(dataFolder) ?? accountNamed('postgres') ?? accountNamed('nobody');
  if (!account) {
    throw new StackError(
      'Postgres cannot run as root, and there is no account "postgres" or "nobody".',
      'Run this as an ordinary user.',
    );
  }
  return account;
};

const findSetpriv = (): string | null =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'setpriv'))
    .find((file) => existsSync(file)) ?? null;

/** The first folder above (or the path itself) that others may not pass: /root is one. */
const closedTo = (path: string): boolean => {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return true;
  }
  return false;
};

/** With the second option, access(2), by which initdb looks for its programs, counts the capability, too. */
const passClosedFolders = [
  '--inh-caps',
  '+dac_override',
  '--ambient-caps',
  '+dac_override',
  '--securebits',
  '+no_setuid_fixup',
];

export interface Command {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

export interface RunAsOptions {
  account: Account | null;
  /** Sent to the process when the launcher dies, whatever ended it. */
  deathSignal?: string;
  /** What the account must be able to reach. */
  paths: string[];
}

/**
 * The command as run by another account, and ended with its parent where the system can do that (`setpriv`, Linux).
 * Where a folder above is closed to the account (a checkout below /root), it may pass all the same: it is root who asks.
 */
export const runAs = (command: string, args: string[], { account, deathSignal, paths }: RunAsOptions): Command => {
  const setpriv = findSetpriv();
  if (!setpriv) return { command, args, ...account };
  const options = deathSignal ? ['--pdeathsig', deathSignal] : [];
  if (account) {
    options.push('--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups');
    if (paths.some(closedTo)) options.push(...passClosedFolders);
  }
  return { command: setpriv, args: [...options, '--', command, ...args] };
};

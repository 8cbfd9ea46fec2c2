import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { checkoutRoot } from '../paths';

/** A page that Vite builds into the `dist` of its folder. */
interface Page {
  folder: string;
  /** What it is made of. */
  sources: readonly string[];
}

const pageIn = (folder: string, needs: readonly string[] = []): Page => ({
  folder,
  sources: [
    ...['index.html', 'package.json', 'vite.config.js', 'src', 'public'].map((name) => join(folder, name)),
    ...needs,
  ],
});

const DEMO = pageIn(join(checkoutRoot, 'examples', 'react-chat'), [join(checkoutRoot, 'libs', 'client', 'dist')]);
const CONSOLE = pageIn(join(checkoutRoot, 'apps', 'console'));

/** All files below a path, or itself. */
const filesBelow = (path: string): string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));

const builtOf = ({ folder }: Page): string => join(folder, 'dist');

const isBuilt = (page: Page): boolean => {
  const index = join(builtOf(page), 'index.html');
  if (!existsSync(index)) return false;
  const { mtimeMs } = statSync(index);
  return page.sources.flatMap(filesBelow).every((file) => statSync(file).mtimeMs <= mtimeMs);
};

const vite = ({ folder }: Page, outDir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const program = join(checkoutRoot, 'node_modules', 'vite', 'bin', 'vite.js');
    // Vite lets one build of a folder run at a time, for the sake of what they write: each of ours writes to a place of its own.
    const args = [program, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error', '--bypass-lock'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(output.trim() || `vite ended: ${code}`))));
  });

/** Moves what was built to its place. Where another start was faster, its page stays: it is of the same sources. */
const publish = (page: Page, scratch: string): void => {
  if (isBuilt(page)) return;
  const former = `${scratch}-former`;
  try {
    if (existsSync(builtOf(page))) renameSync(builtOf(page), former);
    renameSync(scratch, builtOf(page));
  } catch (error) {
    if (!isBuilt(page)) throw error;
  } finally {
    rmSync(former, { recursive: true, force: true });
  }
};

/** Beside the place where it goes, so that two starts at a time never serve half a page. */
const build = async (page: Page): Promise<void> => {
  const scratch = join(checkoutRoot, '.cache', `${basename(page.folder)}-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    await vite(page, scratch);
    publish(page, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const ATTEMPTS = 5;

/**
 * Builds a page where its sources are newer, and uses it. Other starts may put theirs in its place at any moment, so that files
 * are gone between two looks at them: then it is tried again.
 */
const onBuilt = async <T>(page: Page, use: (built: string) => T): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (!isBuilt(page)) await build(page);
      return use(builtOf(page));
    } catch (error) {
      if (attempt === ATTEMPTS || !GONE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
};

/** What is said of files that another start moved meanwhile. */
const GONE = new Set(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

export type PageFiles = ReadonlyMap<string, Buffer>;

/**
 * The demo page, built where its sources are newer: its files by their path below `/demo/`.
 * @throws Error with what the bundler says.
 */
export const demoPage = (): Promise<PageFiles> =>
  onBuilt(
    DEMO,
    (built) =>
      new Map(
        filesBelow(built).map((file) => [relative(built, file).split(sep).join('/'), readFileSync(file)] as const),
      ),
  );

/**
 * Builds the operator's console where its sources are newer; the process serves it.
 * @throws Error with what the bundler says.
 */
export const consolePage = (): Promise<void> => onBuilt(CONSOLE, () => undefined);

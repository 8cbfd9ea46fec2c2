import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { checkoutRoot } from '../paths';

const app = join(checkoutRoot, 'examples', 'react-chat');
const built = join(app, 'dist');
/** What the page is made of. */
const sources = [
  ...['index.html', 'package.json', 'vite.config.js', 'src', 'public'].map((name) => join(app, name)),
  join(checkoutRoot, 'libs', 'client', 'dist'),
];

/** All files below a path, or itself. */
const filesBelow = (path: string): string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));

const isBuilt = (): boolean => {
  const page = join(built, 'index.html');
  if (!existsSync(page)) return false;
  const { mtimeMs } = statSync(page);
  return sources.flatMap(filesBelow).every((file) => statSync(file).mtimeMs <= mtimeMs);
};

const vite = (outDir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const program = join(checkoutRoot, 'node_modules', 'vite', 'bin', 'vite.js');
    const args = [program, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'];
    const child = spawn(process.execPath, args, { cwd: app, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(output.trim() || `vite ended: ${code}`))));
  });

/** Beside the place where it goes, so that two starts at a time never serve half a page. */
const build = async (): Promise<void> => {
  const scratch = join(checkoutRoot, '.cache', `react-chat-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    await vite(scratch);
    rmSync(built, { recursive: true, force: true });
    renameSync(scratch, built);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

export type PageFiles = ReadonlyMap<string, Buffer>;

/**
 * The demo page, built where its sources are newer: its files by their path below `/demo/`.
 * @throws Error with what the bundler says.
 */
export const demoPage = async (): Promise<PageFiles> => {
  if (!isBuilt()) await build();
  return new Map(
    filesBelow(built).map((file) => [relative(built, file).split(sep).join('/'), readFileSync(file)] as const),
  );
};

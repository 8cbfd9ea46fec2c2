import type { RequestHandler } from 'express';
import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, resolve, sep } from 'node:path';
import { strictRouter } from '@threadlog/service';
import { problem } from '@threadlog/events';

/** Where the build of apps/console leaves the page, in a checkout and in the image alike. */
const CONSOLE_FILES = resolve(__dirname, '..', '..', '..', '..', 'apps', 'console', 'dist');

/** Scripts, styles and requests of this origin alone; nothing inline, no frame around it, nothing sent elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

type Files = ReadonlyMap<string, Buffer>;

/**
 * The page at `/console`, open to everybody who reaches the port: there is nothing in it but the program. Its files are read
 * once and held in memory, so no path leads out of them.
 */
export function consolePage(folder = CONSOLE_FILES) {
  let loading: Promise<Files> | undefined;
  const files = (): Promise<Files> => {
    // What failed is tried again: `npm start` builds the page while the process starts.
    loading ??= load(folder).catch(() => {
      loading = undefined;
      throw problem('not_found', 'The console was not built: see apps/console.');
    });
    return loading;
  };
  const serve =
    (pathOf: (path: string) => string): RequestHandler =>
    async (request, response) => {
      const path = pathOf(request.path);
      const body = (await files()).get(path);
      if (!body) throw problem('not_found', 'No such file.');
      response.setHeader('Content-Security-Policy', POLICY);
      response.setHeader('Referrer-Policy', 'no-referrer');
      response.setHeader('X-Content-Type-Options', 'nosniff');
      // Names of files in `assets` change with what is in them.
      if (path.startsWith('assets/')) response.setHeader('Cache-Control', 'private, max-age=604800, immutable');
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.setHeader('Content-Length', body.length);
      response.end(request.method === 'HEAD' ? undefined : body);
    };
  return strictRouter()
    .get(
      '/console',
      serve(() => 'index.html'),
    )
    .get(
      '/console/*path',
      serve((path) => path.slice('/console/'.length)),
    );
}

async function load(folder: string): Promise<Files> {
  const entries: Dirent[] = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = paths.map(async (path) => [relative(folder, path).split(sep).join('/'), await readFile(path)] as const);
  const files = new Map(await Promise.all(read));
  if (!files.has('index.html')) throw new Error(`${folder} has no page`);
  return files;
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandRoutes } from '@threadlog/command-api';
import { queryRoutes } from '@threadlog/query-api';
import { API_VERSION } from '@threadlog/runtime';
import { openApiDocument, type Route } from '@threadlog/service';
import { workerRoutes } from '@threadlog/worker';

/**
 * Writes `schemas/openapi.json` from the routes that the process serves. With `--check` it writes nothing and fails
 * where the file differs. Routes are sorted, so that moving one in the code changes no byte.
 */
const ROOT = resolve(__dirname, '../../..');
const FILE = 'schemas/openapi.json';

const routes: Route[] = [...queryRoutes, ...commandRoutes, ...workerRoutes];
const place = ({ path, method }: Route): string => `${path} ${method}`;
const sorted = routes.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
const text = `${JSON.stringify(openApiDocument(sorted, { title: 'Threadlog', version: API_VERSION }), null, 2)}\n`;
const path = join(ROOT, FILE);

if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  process.stderr.write(`${FILE} is not what the routes say: run \`npm run generate\` and commit it\n`);
  process.exitCode = 1;
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { API_VERSION } from '@threadlog/runtime';
import { openApiDocument, type Route } from '@threadlog/service';
import { withVariables } from './configurationPage';
import { allRoutes } from './allRoutes';
import { kubernetesEdge } from './kubernetesEdge';
import { DASHBOARDS, dashboardJson } from './metrics/dashboards';
import { metricsPage } from './metrics/page';
import { sourcesPage } from './sourcesPage';

/**
 * Writes what is generated from the code of the process: the HTTP API, the tables of its variables, its metrics, the
 * dashboards of them, where things are defined, and the edge of a cluster. With `--check` it writes nothing and fails where a file differs.
 */
const ROOT = resolve(__dirname, '../../..');
const FILES: Readonly<Record<string, (current: string) => string | Promise<string>>> = {
  'schemas/openapi.json': openApi,
  'docs/configuration.md': withVariables,
  'docs/metrics.md': () => metricsPage(ROOT),
  'docs/sources.md': () => sourcesPage(ROOT),
  'deploy/kubernetes/base/nginx.conf': () => kubernetesEdge(readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8')),
  ...Object.fromEntries(
    Object.keys(DASHBOARDS).map((name) => [`deploy/grafana/dashboards/${name}.json`, () => dashboardJson(name)]),
  ),
};

for (const file of Object.keys(FILES)) void generate(file);

async function generate(file: string): Promise<void> {
  const path = join(ROOT, file);
  const current = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const text = await FILES[file]!(current);
  if (text === current) return;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${file} is not what the code says: run \`npm run generate\` and commit it\n`);
    process.exitCode = 1;
  } else writeFileSync(path, text);
}

/** Routes are sorted, so that moving one in the code changes no byte. */
function openApi(): string {
  const place = ({ path, method }: Route): string => `${path} ${method}`;
  const sorted = allRoutes.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  return `${JSON.stringify(openApiDocument(sorted, { title: 'Threadlog', version: API_VERSION }), null, 2)}\n`;
}

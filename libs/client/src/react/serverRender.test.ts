import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PAGE = join(__dirname, 'testing/serverPage.ts');

/** What a process that renders the hooks on a server prints. */
async function rendered(alias: Record<string, string>): Promise<unknown> {
  const { outputFiles } = await build({
    ...{ entryPoints: [PAGE], bundle: true, write: false, logLevel: 'silent', platform: 'node', alias },
    conditions: ['source'],
  });
  const { stdout, stderr } = spawnSync(process.execPath, ['-'], { input: outputFiles[0]!.text, encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it.each([
  ['19.3.1', {}],
  ['18.3.1', { react: 'react-18', 'react-dom': 'react-dom-18' }],
])('React %s renders on a server without a window, a request, a timer or a socket', async (version, alias) => {
  const html = 'connecting none ,0,0,0,0,0';
  expect(await rendered(alias)).toEqual({ version, html, called: [], status: 'idle', window: false });
});

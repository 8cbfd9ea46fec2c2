import { existsSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Cleanups } from '@threadlog/testing';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Chromium of this machine; undefined where there is none. */
export const chromiumHere = (): string | undefined => PROGRAMS.find(existsSync);

/** Headless; root has no sandbox to give it. */
export async function startBrowser(cleanups: Cleanups): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: chromiumHere(), args });
  cleanups.add(() => browser.close());
  return browser;
}

/** A page whose scripts are one that is bundled from a source of ours, as in development: the rest of it stays as it is served. */
export async function pageWith(
  browser: Browser,
  source: string,
  /** Packages that are others under these names. */
  alias: Record<string, string> = {},
): Promise<Page> {
  const { outputFiles } = await build({
    ...{ entryPoints: [source], bundle: true, write: false, logLevel: 'silent', conditions: ['source'] },
    alias,
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  const page = await browser.newPage();
  const script = { contentType: 'text/javascript', body: outputFiles[0]!.text };
  await page.route('**/assets/*.js', (route) => route.fulfill(script));
  return page;
}

interface Finding {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe finds wrong with the page as it is now. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

export interface Watched {
  page: Page;
  /** What no page of ours should do: errors, violations of its policy, requests to other hosts. */
  faults: string[];
}

export async function openPage(browser: Browser, url: string, width: number, height: number): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width, height } });
  const faults: string[] = [];
  // Violations of the content security policy are told there, too.
  page.on('console', (line) => ['error', 'warning'].includes(line.type()) && faults.push(line.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  // A client aborts what it no longer waits for: a message that came by the socket before the answer did.
  page.on('requestfailed', (request) => {
    const text = request.failure()?.errorText;
    if (text !== 'net::ERR_ABORTED') faults.push(`${request.url()}: ${text}`);
  });
  for (const event of ['request', 'websocket'] as const)
    page.on(event as 'request', (asked) => {
      if (new URL(asked.url()).hostname !== 'localhost') faults.push(`asks ${asked.url()}`);
    });
  await page.goto(url);
  return { page, faults };
}

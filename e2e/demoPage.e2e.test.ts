import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page, WebSocket } from 'playwright-core';
import { cleanupAfterAll, eventually, testStack } from '@threadlog/testing';
import { axe, chromiumHere, openPage, pageWith, startBrowser } from './support/browser';
import { launch } from './support/launcher';

jest.setTimeout(120_000);
/** `.ci/run` installs it; elsewhere the tests are counted as skipped where it is missing. */
const where = chromiumHere() ? describe : describe.skip;

const panel = (page: Page, name: string): Locator => page.getByRole('region', { name });
const log = (page: Page, name: string): Locator => panel(page, name).getByRole('log');
const box = (page: Page, name: string): Locator => page.getByLabel(`Message as ${name}`);
const shown = (locator: Locator): Promise<void> => locator.waitFor({ state: 'visible', timeout: 30_000 });

/** How far the list on the screen is from its end. */
const toEnd = `(() => {
  const log = [...document.querySelectorAll('[role=log]')].find((one) => one.clientHeight > 0);
  return log.scrollHeight - log.scrollTop - log.clientHeight;
})()`;

async function write(page: Page, name: string, text: string): Promise<void> {
  await box(page, name).fill(text);
  await box(page, name).press('Enter');
}

where('the page that npm start shows first', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let browser: Browser;
  let url: string;
  let output = '';

  beforeAll(async () => {
    const launcher = await launch(stack, cleanups);
    browser = await startBrowser(cleanups);
    output = await launcher.ready();
    url = /http:\/\/localhost:\d+\/demo/.exec(output)?.[0] ?? '';
  });

  test('is the first address of the banner', () => {
    expect(/https?:\/\/\S+/.exec(output.slice(output.indexOf('is ready')))?.[0]).toBe(url);
  });

  test('shows two people chat beside each other, one of them offline for a while', async () => {
    const { page, faults } = await openPage(browser, url, 1280, 800);
    await shown(log(page, 'Mia').getByText('how did the fractions go?'));

    await box(page, 'Mr Okafor').pressSequentially('Try');
    await shown(panel(page, 'Mia').getByText('Mr Okafor is typing'));
    await write(page, 'Mr Okafor', 'Try <b>3/4</b> of 12 first');
    await shown(log(page, 'Mia').getByText('Try <b>3/4</b> of 12 first'));
    await shown(panel(page, 'Mia').getByRole('heading').getByText('unread'));

    await box(page, 'Mia').focus();
    await shown(log(page, 'Mr Okafor').getByText('Read', { exact: false }).last());
    const message = log(page, 'Mia').getByRole('listitem').last();
    await message.hover();
    await message.getByRole('button', { name: 'React with 🎉' }).click();
    await shown(log(page, 'Mr Okafor').getByRole('button', { name: '🎉 1, by Mia' }));

    const online = panel(page, 'Mia').getByRole('switch');
    await online.click();
    await write(page, 'Mia', 'Written on the bus');
    await shown(log(page, 'Mia').getByText('Sending'));
    await write(page, 'Mr Okafor', 'Sent meanwhile');
    await shown(log(page, 'Mr Okafor').getByText('✓ Sent'));
    expect(await log(page, 'Mr Okafor').getByText('Written on the bus').count()).toBe(0);
    expect(await log(page, 'Mia').getByText('Sent meanwhile').count()).toBe(0);
    await online.click();
    await shown(log(page, 'Mr Okafor').getByText('Written on the bus'));
    await shown(log(page, 'Mia').getByText('Sent meanwhile'));
    expect(await log(page, 'Mr Okafor').getByText('Written on the bus').count()).toBe(1);

    const search = panel(page, 'Mia');
    await search.getByRole('button', { name: 'Search' }).click();
    await search.getByRole('searchbox').fill('fractions');
    await search.getByRole('searchbox').press('Enter');
    await shown(search.getByText('how did the fractions go?').first());
    await shown(search.locator('mark').first());
    // What waits is shown paler, and what moves has colours in between.
    await log(page, 'Mia').getByText('Sending').waitFor({ state: 'detached', timeout: 30_000 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect({ colorScheme, faults: await axe(page) }).toEqual({ colorScheme, faults: [] });
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  test('shows one of them at a time where it is narrow, in the same conversation, with nothing to scroll sideways', async () => {
    const { page, faults } = await openPage(browser, url, 390, 780);
    await shown(log(page, 'Mr Okafor').getByText('Sent meanwhile'));
    expect(await box(page, 'Mia').isVisible()).toBe(false);
    await write(page, 'Mr Okafor', 'From a telephone');
    const toMia = page.getByRole('group', { name: 'Person shown' }).getByRole('button', { name: 'Mia' });
    await shown(toMia.getByText('unread'));
    await toMia.click();
    await shown(log(page, 'Mia').getByText('From a telephone'));
    await eventually(async () => expect(await page.evaluate(toEnd)).toBeLessThan(5));
    await toMia.getByText('unread').waitFor({ state: 'detached', timeout: 30_000 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await axe(page)).toEqual([]);
    expect(await log(page, 'Mia').getByText('Hi Mia').count()).toBe(1);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('sends once what was written offline, also when the page was loaded again meanwhile', async () => {
    const { page, faults } = await openPage(browser, url, 1280, 800);
    await shown(log(page, 'Mr Okafor').getByText('From a telephone'));
    await panel(page, 'Mia').getByRole('switch').click();
    await write(page, 'Mia', 'Before the tunnel');
    await shown(panel(page, 'Mia').getByText('It is kept on this device'));
    await page.reload();
    await shown(log(page, 'Mr Okafor').getByText('Before the tunnel'));
    await log(page, 'Mia').getByText('Sending').waitFor({ state: 'detached', timeout: 30_000 });
    // Sent before the thread was read, it is in neither list for a moment.
    await shown(log(page, 'Mia').getByText('Before the tunnel'));
    for (const name of ['Mia', 'Mr Okafor'])
      expect(await log(page, name).getByText('Before the tunnel').count()).toBe(1);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('has an agent that answers both of them when it is mentioned', async () => {
    const { page, faults } = await openPage(browser, url, 1280, 800);
    await write(page, 'Mia', '@tutor how do I begin?');
    for (const name of ['Mia', 'Mr Okafor']) {
      const answer = log(page, name).getByRole('listitem').filter({ hasText: 'Tutor (agent)' });
      await shown(answer.getByText('Now try 2/3 of 15.'));
      expect(await answer.count()).toBe(1);
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  test.each([
    ['19.3.1', {}],
    ['18.3.1', { react: 'react-18', 'react-dom': 'react-dom-18' }],
  ])(
    'React %s: one socket however often hooks are mounted, under StrictMode, and none after',
    async (version, alias) => {
      const strict = join(__dirname, '..', 'libs/client/src/react/testing/strictPage.ts');
      const page = await pageWith(browser, strict, alias);
      const [sockets, faults]: [WebSocket[], string[]] = [[], []];
      page.on('websocket', (socket) => sockets.push(socket));
      page.on('pageerror', (error) => faults.push(error.message));
      await page.goto(url);
      const live = page.getByText('live true true online');
      await eventually(async () => expect(await live.count()).toBe(10), { timeoutMs: 30_000 });
      // Each effect ran twice, as StrictMode has it.
      expect(await page.title()).toBe(`20 in ${version}`);
      expect(sockets).toHaveLength(1);
      await page.getByRole('button').click();
      await eventually(() => expect(sockets[0]!.isClosed()).toBe(true), { timeoutMs: 30_000 });
      await page.getByRole('button').click();
      await eventually(async () => expect(await live.count()).toBe(10), { timeoutMs: 30_000 });
      expect(sockets.map((socket) => socket.isClosed())).toEqual([true, false]);
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  test('is loaded with nothing inline, and its tokens are in none of its files', async () => {
    const html = await (await fetch(url)).text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=/);
    const script = /src="(\/demo\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const text = await readFile(join(__dirname, '..', 'examples', 'react-chat', 'dist', script.slice('/demo/'.length)));
    expect(text.toString()).not.toMatch(/eyJ[\w-]{8,}\.eyJ/);
  });
});

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { Browser, Locator, Page } from 'playwright-core';
import { partitionOfKey, recordKey, tenantId } from '@threadlog/events';
import { createDatabase, type Database } from '@threadlog/read-models';
import { cleanupAfterAll, eventually, testStack } from '@threadlog/testing';
import { chromiumHere, openPage, startBrowser, type Watched } from './support/browser';
import { launch, type Launched } from './support/launcher';

jest.setTimeout(120_000);
/** `.ci/run` installs it; elsewhere the tests are counted as skipped where it is missing. */
const where = chromiumHere() ? describe : describe.skip;
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const PARTITIONS = 12;

const shown = (locator: Locator): Promise<void> => locator.waitFor({ state: 'visible', timeout: 30_000 });

interface Finding {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe finds wrong with the page as it is now. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

/** Of what Chromium says of a page: an answer that refuses something is told there, too, and is meant. */
const other = (faults: readonly string[], status: number): string[] =>
  faults.filter((fault) => !fault.includes(`the server responded with a status of ${status}`));

where('the console of an operator', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let browser: Browser;
  let launched: Launched;
  let database: Database;
  let url: string;
  let token: string;

  beforeAll(async () => {
    launched = await launch(stack, cleanups);
    browser = await startBrowser(cleanups);
    const output = await launched.ready();
    [url = '', token = ''] = (/http:\/\/localhost:\d+\/console#token=[\w-]+/.exec(output)?.[0] ?? '').split('#token=');
    database = createDatabase({ url: launched.databaseUrl });
    cleanups.add(() => database.end());
  });

  /** A thread of the demo tenant with a record in its stream that nobody can read. */
  async function parked(): Promise<{ key: string; offset: number }> {
    const tokens = JSON.parse(await readFile(join(launched.dataDir, 'demo-tokens.json'), 'utf8')) as Demo[];
    const teacher = tokens.find(({ role }) => role === 'teacher')!;
    const api = JSON.parse(await readFile(join(launched.dataDir, 'environment.json'), 'utf8')) as object;
    expect(api).not.toHaveProperty('OPS_TOKEN');
    const id = await eventually(() => createThread(teacher));
    const key = recordKey({ tenantId: tenantId(teacher.tenantId), type: 'thread', id });
    const partition = partitionOfKey(key, PARTITIONS);
    const { rows } = await database.query<{ epoch: number }>(
      'select epoch from threadlog.partition_leases where partition = $1',
      [partition],
    );
    const kafka = new Kafka({ brokers: stack.kafkaBrokers, logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const [sent] = await producer.send({
      topic: `${launched.topicPrefix}chat.events.v1`,
      messages: [{ partition, key, value: '{"secret words', headers: { epoch: String(rows[0]!.epoch) } }],
    });
    await producer.disconnect();
    await eventually(async () =>
      expect((await database.query('select from read_1.parked_keys where record_key = $1', [key])).rowCount).toBe(1),
    );
    return { key, offset: Number(sent!.baseOffset) };
  }

  interface Demo {
    role: string;
    tenantId: string;
    token: string;
  }

  async function createThread({ token: bearer }: Demo): Promise<string> {
    const response = await fetch(`http://localhost:${launched.ports.API_PORT}/api/v1/threads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Fractions', learnerId: 'mia' }),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: string }).id;
  }

  const openSignedIn = (width: number, height: number): Promise<Watched> =>
    openPage(browser, `${url}#token=${token}`, width, height);

  test('refuses a wrong token, lets the right one in, and keeps it nowhere', async () => {
    const { page, faults } = await openPage(browser, url, 1280, 800);
    await page.getByLabel('Operator’s token').fill('not-the-token');
    await page.keyboard.press('Enter');
    await shown(page.getByText('This token is not accepted.'));
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('Operator’s token').fill(token);
    await page.keyboard.press('Enter');
    await shown(page.getByRole('heading', { name: 'Health' }));
    const kept = 'JSON.stringify([localStorage, sessionStorage, document.cookie, location.href, history.state])';
    expect(await page.evaluate<string>(kept)).not.toContain(token);
    await page.reload();
    await shown(page.getByLabel('Operator’s token'));
    expect(other(faults, 401)).toEqual([]);
    await page.close();
  });

  test('takes the token of a link out of the address, and shows processes, owners and lag', async () => {
    const { page, faults } = await openSignedIn(1280, 800);
    await shown(page.getByRole('heading', { name: 'Processes' }));
    expect(page.url()).toBe(url);
    const own = page.getByRole('listitem').filter({ has: page.getByText('this one') });
    for (const role of ['command-api', 'projector', 'worker']) await shown(own.getByText(role, { exact: true }));
    await shown(own.getByText('ready', { exact: true }));
    await shown(page.getByText(`${PARTITIONS} of ${PARTITIONS}`));
    expect(await page.getByRole('table').getByRole('row').count()).toBe(PARTITIONS + 1);
    await shown(page.getByText('npm run cli -- status'));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axe(page)).toEqual([]);
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  test('shows a parked stream without what it says, and discards its record for a reason, by keyboard alone', async () => {
    const { key, offset } = await parked();
    const { page, faults } = await openSignedIn(1280, 800);
    await shown(page.getByRole('button', { name: 'Quarantine' }));
    await page.getByRole('button', { name: 'Quarantine' }).press('Enter');
    await page.getByRole('button', { name: `Open ${key}` }).press('Enter');
    await shown(page.getByText(`Offset ${offset}`));
    expect(await page.content()).not.toContain('secret words');
    await page.getByRole('button', { name: 'Replay this stream' }).press('Enter');
    await shown(page.getByText(`the record at offset ${offset} still cannot be applied`, { exact: false }));
    await shown(page.getByText(`npm run cli -- quarantine replay ${key}`));

    await page.getByRole('button', { name: `Discard offset ${offset}` }).press('Enter');
    await shown(page.getByRole('dialog'));
    expect(await axe(page)).toEqual([]);
    await page.keyboard.type('olga');
    await page.keyboard.press('Tab');
    await page.keyboard.type(`cut off, wasn't it`);
    const line = `npm run cli -- quarantine discard ${key} ${offset} --by olga --reason 'cut off, wasn'\\''t it'`;
    await shown(page.getByText(line));
    await page.keyboard.press('Enter');
    await shown(page.getByRole('status').getByText('Its streams go on.', { exact: false }));
    await shown(page.getByText('Nothing is in quarantine.'));
    const { rows } = await database.query(
      'select discarded_by, reason from threadlog.discarded_records where record_key = $1',
      [key],
    );
    expect(rows).toEqual([{ discarded_by: 'olga', reason: `cut off, wasn't it` }]);
    expect(other(faults, 409)).toEqual([]);
    await page.close();
  });

  test('fits a telephone, with nothing to scroll sideways', async () => {
    const { key } = await parked();
    const { page, faults } = await openSignedIn(390, 780);
    await shown(page.getByRole('heading', { name: 'Partitions' }));
    const width = () => page.evaluate<number>('document.documentElement.scrollWidth');
    expect([await width(), await axe(page)]).toEqual([390, []]);
    await page.getByRole('button', { name: 'Quarantine' }).click();
    await shown(page.getByRole('heading', { name: key }));
    expect([await width(), await axe(page)]).toEqual([390, []]);
    await page.getByRole('button', { name: `Open ${key}` }).click();
    await page.getByRole('button', { name: /^Discard offset/ }).click();
    await shown(page.getByRole('dialog'));
    await page.emulateMedia({ colorScheme: 'dark' });
    expect([await width(), await axe(page)]).toEqual([390, []]);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('is loaded with nothing inline', async () => {
    const html = await (await fetch(url)).text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=/);
  });
});

import { randomUUID } from 'node:crypto';
import { cleanupAfterAll, eventually, testStack } from '@threadlog/testing';
import { axe, chromiumHere, openPage } from './support/browser';
import { givenConsole, givenReceiver, isSound, PARTITIONS, shown } from './support/console';

jest.setTimeout(120_000);
/** `.ci/run` installs it; elsewhere the tests are counted as skipped where it is missing. */
const where = chromiumHere() ? describe : describe.skip;

/** Of what Chromium says of a page: an answer that refuses something is told there, too, and is meant. */
const other = (faults: readonly string[], status: number): string[] =>
  faults.filter((fault) => !fault.includes(`the server responded with a status of ${status}`));

where('the console of an operator', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  const { running, command, parked, fillLog, demo, revealing, send, post, createThread, openSignedIn, openScreen } =
    givenConsole(stack, cleanups);
  const teacher = () => demo('teacher');

  test('refuses a wrong token, lets the right one in, and keeps it nowhere', async () => {
    const { page, faults } = await openPage(running().browser, running().url, 1280, 800);
    await page.getByLabel('Operator’s token').fill('not-the-token');
    await page.keyboard.press('Enter');
    await shown(page.getByText('This token is not accepted.'));
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('Operator’s token').fill(running().token);
    await page.keyboard.press('Enter');
    await shown(page.getByRole('heading', { name: 'Health' }));
    const kept = 'JSON.stringify([localStorage, sessionStorage, document.cookie, location.href, history.state])';
    expect(await page.evaluate<string>(kept)).not.toContain(running().token);
    await page.reload();
    await shown(page.getByLabel('Operator’s token'));
    expect(other(faults, 401)).toEqual([]);
    await page.close();
  });

  test('takes the token of a link out of the address, and shows processes, owners and lag', async () => {
    const { page, faults } = await openSignedIn(1280, 800);
    await shown(page.getByRole('heading', { name: 'Processes' }));
    expect(page.url()).toBe(running().url);
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
    const { rows } = await running().database.query(
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

  const HOSTILE = `<img src=x onerror=alert(1)> \u202egnp.exe ${'w'.repeat(30_000)}`;

  /** A thread with one message that is hostile to whoever shows it. */
  async function written(): Promise<string> {
    const someone = await teacher();
    const id = await createThread(someone);
    await post(someone, `threads/${id}/messages`, { content: HOSTILE });
    return id;
  }

  test('lists the log, follows it, and shows a record masked, by keyboard', async () => {
    const id = await written();
    const { page, faults } = await openScreen('Log');
    const rows = page.locator('.log-row');
    await shown(rows.filter({ hasText: id }).first());
    await isSound(page);
    const later = await written();
    await shown(rows.filter({ hasText: later }).first());

    await page.getByLabel('Has the text').fill(id);
    await page.keyboard.press('Enter');
    await shown(page.getByText(`npm run cli -- events grep ${id}`, { exact: true }));
    await eventually(async () => expect(await rows.count()).toBe(2));
    await rows.first().press('ArrowDown');
    await shown(page.locator('.log-row:focus').filter({ hasText: 'CHAT_THREAD_CREATED' }));
    await page.keyboard.press('ArrowUp');
    await shown(page.locator('.log-row:focus').filter({ hasText: 'CHAT_MESSAGE_CREATED' }));
    await page.keyboard.press('Enter');
    await shown(page.getByText('"content": "(sealed)"'));
    await isSound(page);
    expect(await page.getByRole('button', { name: 'Reveal' }).count()).toBe(0);
    expect(await page.content()).not.toContain('gnp.exe');
    await page.keyboard.press('Escape');
    await shown(page.locator('.log-row:focus').filter({ hasText: 'CHAT_MESSAGE_CREATED' }));
    expect(faults).toEqual([]);
    await page.close();
  });

  test('reveals what people wrote to the one who may see it, as text and nothing else', async () => {
    const id = await written();
    const { page, faults } = await openScreen('Log', await revealing());
    await page.getByLabel('Has the text').fill(id);
    await page.getByLabel('Type of event').fill('CHAT_MESSAGE_CREATED');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await page.locator('.log-row').count()).toBe(1));
    await page.locator('.log-row').press('Enter');
    await page.getByLabel('Your name').fill('olga');
    await page.getByLabel('Reason').fill('a complaint');
    await page.keyboard.press('Enter');
    await shown(page.getByText('<img src=x onerror=alert(1)> \\u{202e}gnp.exe', { exact: false }));
    await isSound(page);
    const { rows } = await running().database.query(
      'select revealed_by, reason from threadlog.revealed_records where stream_id = $1',
      [id],
    );
    expect(rows).toEqual([{ revealed_by: 'olga', reason: 'a complaint' }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('shows what an endpoint took and what it did not, and tries that again, by keyboard', async () => {
    const [receiver, admin] = [await givenReceiver(cleanups, HOSTILE.slice(0, 60)), await demo('admin')];
    const began = new Date().toISOString();
    const id = await post(admin, 'webhooks', { url: receiver.url, events: ['conversation.created'] });
    await createThread(admin);
    const { page, faults } = await openScreen('Webhooks', await revealing());
    await page.getByLabel('Tenant').fill(admin.tenantId);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Open ${id}` }).press('Enter');
    const retry = page.getByRole('button', { name: 'Try all again' });
    await shown(retry);
    expect(await retry.isEnabled()).toBe(false);
    await page.getByLabel('Your name').fill('olga');
    await isSound(page);
    receiver.accept();
    await retry.press('Enter');
    await shown(page.getByRole('status').getByText('1 delivery will be tried again.'));
    await shown(page.getByText('Nothing was given up in the last 30 days.'));
    const of = `${id} --tenant ${admin.tenantId}`;
    await shown(page.getByText(`npm run cli -- webhooks retry ${of} --all --by olga`, { exact: true }));
    await page.getByRole('button', { name: 'Send a test event' }).press('Enter');
    await shown(page.getByRole('status').getByText('The test event was taken: status 200', { exact: false }));
    await page.getByLabel('From', { exact: true }).fill(began);
    await page.keyboard.press('Enter');
    await shown(page.getByText('completed', { exact: true }));

    expect(await page.content()).not.toContain('canary-of-an-address');
    await page
      .getByRole('button', { name: /^Reveal the answer/ })
      .last()
      .press('Enter');
    await shown(page.getByRole('dialog'));
    await page.getByLabel('Your name').last().fill('olga');
    await page.getByLabel('Reason').fill('it refuses');
    await page.keyboard.press('Enter');
    await shown(page.getByRole('dialog').getByText('<img src=x onerror=alert(1)> \\u{202e}gnp.exe', { exact: false }));
    await isSound(page);
    expect(faults).toEqual([]);
    await page.close();

    // The commands that the page names do the same, with the token that npm start left beside its data.
    const run = (...args: string[]) => command('webhooks', ...args, '--tenant', admin.tenantId);
    const { code, json } = await run('attempts', id);
    expect({ code, json }).toMatchObject({
      code: 0,
      json: { items: expect.arrayContaining([expect.objectContaining({ kind: 'replay' })]) as object[] },
    });
    expect(await run('test', id, '--by', 'olga')).toMatchObject({ code: 0, json: { delivered: true } });
    expect(await run('retry', id, '--all', '--by', 'olga')).toMatchObject({ code: 0, json: { retried: 0 } });
    expect(await run('retry', id, '--by', 'olga')).toMatchObject({ code: 64 });
    expect(await run('retry', id, '99', '--by', 'olga')).toMatchObject({ code: 1 });
    expect(JSON.stringify(await run('list'))).not.toMatch(/canary|whsec_/);
  });

  test('shows an erasure and checks its receipt in the browser, by keyboard', async () => {
    const admin = await demo('admin');
    const id = await post(admin, 'privacy/delete', { userId: randomUUID() });
    const { page, faults } = await openScreen('Privacy');
    await page.getByLabel('Tenant').fill(admin.tenantId);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Receipt of ${id}` }).press('Enter');
    await shown(page.getByRole('dialog').getByText('"signature"', { exact: false }));
    const { publicKey } = (await command('receipt', 'public-key')).json as { publicKey: string };
    const check = async (key: string, said: string) => {
      await page.getByLabel('Public key').fill(key);
      await page.getByRole('button', { name: 'Check' }).press('Enter');
      await shown(page.getByRole('dialog').getByRole('status').getByText(said, { exact: false }));
    };
    await check('none', 'That is no key');
    await check('A'.repeat(43), 'Not valid (unknown_key)');
    await check(publicKey, 'Valid: signed by key');
    await isSound(page);
    await page.keyboard.press('Escape');
    await shown(page.getByText('Messages are kept for ever, as the deployment says.'));
    await isSound(page);
    expect(faults).toEqual([]);
    await page.close();

    const of = ['--tenant', admin.tenantId];
    expect(await command('privacy', 'requests', ...of)).toMatchObject({
      code: 0,
      json: { items: [{ id, status: 'completed' }] },
    });
    expect(await command('privacy', 'receipt', id, ...of)).toMatchObject({ code: 0, json: { requestId: id } });
    expect(await command('privacy', 'holds', ...of)).toMatchObject({ code: 0, json: { items: [] } });
    expect(await command('privacy', 'retention', ...of)).toMatchObject({ code: 0, json: { source: 'deployment' } });
    expect(await command('privacy', 'receipt', id, '--tenant', 'other')).toMatchObject({ code: 1 });
  });

  test('shows what an agent is about to say, and stops it, by keyboard', async () => {
    const admin = await demo('admin');
    const { url } = await givenReceiver(cleanups, null);
    await send('PUT', admin, 'agents/silent', { url, displayName: 'canary' });
    const id = await createThread(admin);
    await post(admin, `threads/${id}/participants`, { userId: 'silent', role: 'agent' });
    const { page, faults } = await openScreen('Agents');
    await page.getByLabel('Tenant').fill(admin.tenantId);
    await page.keyboard.press('Enter');
    await shown(page.getByRole('heading', { name: 'silent' }));
    const stop = page.getByRole('button', { name: /^Stop/ });
    await eventually(
      async () => {
        await post(admin, `threads/${id}/messages`, { content: 'A question?' });
        await stop.waitFor({ timeout: 5_000 });
      },
      { timeoutMs: 60_000 },
    );
    await page.getByLabel('Your name').fill('olga');
    await isSound(page);
    await stop.press('Enter');
    await shown(page.getByText('No agent is about to say anything.'));
    await page.getByRole('button', { name: 'Last runs of silent' }).press('Enter');
    await shown(page.getByText('stopped', { exact: true }).first());
    await isSound(page);
    expect(await page.content()).not.toContain('canary');
    expect(faults).toEqual([]);
    await page.close();
    const run = (...args: string[]) => command('agents', ...args, '--tenant', admin.tenantId);
    expect(await run('list')).toMatchObject({ code: 0, json: { items: [{ id: 'silent', displayName: '(sealed)' }] } });
    expect(await run('open')).toMatchObject({ code: 0, json: { runs: [] } });
    const [{ runId }] = ((await run('runs', 'silent')).json as { runs: [{ runId: string }] }).runs;
    expect(await run('stop', runId, '--thread', id, '--by', 'olga')).toMatchObject({ code: 1 });
  });

  test('scrolls through 50,000 records with no more of them in the page than are seen', async () => {
    const MANY = 50_000;
    const partition = 5;
    await fillLog(partition, MANY);
    const { page, faults } = await openScreen('Log');
    await page.getByLabel('Partition').fill(String(partition));
    await page.keyboard.press('Enter');
    await shown(page.locator('.log-row').first());
    const list = `document.querySelector('.log-rows')`;
    /** Rows that are held, rows in the page, and whether there is one in the middle of what is seen. */
    const look = () =>
      page.evaluate<[number, number, boolean]>(`(() => {
        const { left, top, width, height } = ${list}.getBoundingClientRect();
        const middle = document.elementFromPoint(left + width / 2, top + height / 2);
        const [held] = document.querySelector('.log-bar [role=status]').textContent.match(/[\\d,]+/);
        return [Number(held.replaceAll(',', '')), ${list}.querySelectorAll('li').length, middle?.closest('.log-row') != null];
      })()`);
    await eventually(
      async () => {
        await page.evaluate(`${list}.scrollTo(0, ${list}.scrollHeight)`);
        const [held, inPage] = await look();
        expect(inPage).toBeLessThan(60);
        expect(held).toBeGreaterThanOrEqual(MANY);
      },
      { timeoutMs: 80_000 },
    );
    for (let step = 0; step <= 15; step += 1) {
      await page.evaluate(`${list}.scrollTo(0, ${list}.scrollHeight * ${step / 15})`);
      await eventually(async () => {
        const [, inPage, isThere] = await look();
        expect(isThere).toBe(true);
        expect(inPage).toBeLessThan(60);
      });
    }
    await isSound(page);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('goes through the history of a thread, by keyboard', async () => {
    const id = await written();
    const { page, faults } = await openScreen('Threads');
    await page.getByRole('textbox', { name: 'Tenant' }).fill((await teacher()).tenantId);
    await page.getByLabel('About a learner').fill('mia');
    await page.keyboard.press('Enter');
    await shown(page.getByText(`npm run cli -- threads list --tenant ${(await teacher()).tenantId} --learner mia`));
    const open = page.getByRole('button', { name: `Open ${id}` });
    await shown(open);
    await isSound(page);
    await open.press('Enter');
    await shown(page.getByText('After event 2 of 2'));
    await shown(page.locator('.chat').getByText('(sealed)'));
    await isSound(page);
    await page.getByRole('slider').press('ArrowLeft');
    await shown(page.getByText('After event 1 of 2'));
    await shown(page.getByText('No messages yet.'));
    const line = `npm run cli -- threads at ${id} 1 --tenant ${(await teacher()).tenantId}`;
    await shown(page.getByText(line, { exact: true }));
    await page.getByRole('button', { name: 'CHAT_MESSAGE_CREATED' }).press('Enter');
    await shown(page.locator('.chat').getByText('(sealed)'));
    expect(await page.content()).not.toContain('gnp.exe');
    expect(faults).toEqual([]);
    await page.close();
    const asked = ['threads', 'list', '--tenant', (await teacher()).tenantId, '--learner', 'mia'];
    const { code, json } = await command(...asked);
    expect(code).toBe(0);
    expect((json as { threads: object[] }).threads).toContainEqual(expect.objectContaining({ id, messageCount: 1 }));
  });

  test('builds a generation, compares and serves it, and drops it only once that is typed', async () => {
    const { page, faults } = await openScreen('Generations');
    await page.getByRole('button', { name: 'Build generation 2' }).press('Enter');
    await shown(page.getByRole('status').getByText('Generation 2 is being built.'));
    const press = async (name: string) => {
      const button = page.getByRole('button', { name, exact: true });
      await eventually(async () => expect(await button.isEnabled()).toBe(true), { timeoutMs: 30_000 });
      await button.press('Enter');
    };
    await eventually(
      async () => {
        await press('Compare generation 2');
        await page.getByText('Generations 2 and 1 hold the same.').waitFor({ timeout: 1_000 });
      },
      { timeoutMs: 30_000 },
    );
    await isSound(page);
    await press('Serve generation 2');
    await shown(page.getByRole('status').getByText('Generation 2 is served.'));
    await press('Serve generation 1');
    await shown(page.getByRole('status').getByText('Generation 1 is served.'));
    await press('Drop generation 2');
    await shown(page.getByRole('dialog'));
    await isSound(page);
    const drop = page.getByRole('dialog').getByRole('button', { name: 'Drop generation 2' });
    expect(await drop.isEnabled()).toBe(false);
    await page.getByLabel('Type 2 to go on').fill('2');
    await page.keyboard.press('Enter');
    await shown(page.getByRole('status').getByText('Generation 2 is dropped.'));
    await page.getByRole('heading', { name: 'Generation 2' }).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await page.close();
  });

  test('is loaded with nothing inline', async () => {
    const html = await (await fetch(running().url)).text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=/);
  });
});

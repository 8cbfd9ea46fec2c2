import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { partitionOfKey, recordKey, tenantId } from '@threadlog/events';
import { createDatabase, type Database } from '@threadlog/read-models';
import { eventually, type Cleanups, type TestStack } from '@threadlog/testing';
import { Kafka, logLevel } from 'kafkajs';
import type { Browser, Locator, Page } from 'playwright-core';
import { axe, openPage, startBrowser, type Watched } from './browser';
import { launch, type Launched } from './launcher';

export const PARTITIONS = 12;

/** Somebody of a tenant of `npm start`. */
export interface Demo {
  role: string;
  tenantId: string;
  token: string;
}

export const shown = (locator: Locator): Promise<void> => locator.waitFor({ state: 'visible', timeout: 30_000 });

/** On a telephone and on a desk, dark and light; nothing is wider than the page. */
export async function isSound(page: Page): Promise<void> {
  for (const [width, colorScheme] of [[390, 'dark'] as const, [1280, 'light'] as const]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    expect({ width, faults: await axe(page) }).toEqual({ width, faults: [] });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  }
}

interface Running {
  launched: Launched;
  browser: Browser;
  database: Database;
  url: string;
  token: string;
}

/** What `npm start` starts, its console, and a browser. Call it where a file is set up. */
export function givenConsole(stack: TestStack, cleanups: Cleanups) {
  let running: Running;
  beforeAll(async () => {
    const launched = await launch(stack, cleanups, {
      // Endpoints of tenants are on this machine.
      ...{ OUTBOUND_ALLOW_HTTP: 'true', OUTBOUND_ALLOWED_RANGES: '127.0.0.1' },
      // Erasures do not wait for days.
      ...{ ERASURE_GRACE_HOURS: '0', SEALING_KEY_CACHE_MS: '1000' },
    });
    const browser = await startBrowser(cleanups);
    const output = await launched.ready();
    const link = /http:\/\/localhost:\d+\/console#token=[\w-]+/.exec(output)?.[0] ?? '';
    const [url = '', token = ''] = link.split('#token=');
    const database = createDatabase({ url: launched.databaseUrl });
    cleanups.add(() => database.end());
    running = { launched, browser, database, url, token };
  });

  const readJson = async <T>(name: string): Promise<T> =>
    JSON.parse(await readFile(join(running.launched.dataDir, name), 'utf8')) as T;

  async function post({ token }: Demo, path: string, body: object, expected = 201): Promise<string> {
    const response = await fetch(`http://localhost:${running.launched.ports.API_PORT}/api/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(expected);
    return ((await response.json()) as { id: string }).id;
  }

  const openSignedIn = (width: number, height: number, by = running.token): Promise<Watched> =>
    openPage(running.browser, `${running.url}#token=${by}`, width, height);

  const demo = async (role: string): Promise<Demo> =>
    (await readJson<Demo[]>('demo-tokens.json')).find((one) => one.role === role)!;
  const createThread = (by: Demo) => post(by, 'threads', { title: 'Fractions', learnerId: 'mia' });

  /** A thread of the demo tenant with a record in its stream that nobody can read. */
  async function parked(): Promise<{ key: string; offset: number }> {
    const someone = await demo('teacher');
    const api = await readJson<object>('environment.json');
    const { database, launched } = running;
    for (const secret of ['OPS_TOKEN', 'OPS_REVEAL_TOKEN']) expect(api).not.toHaveProperty(secret);
    const id = await eventually(() => createThread(someone));
    const key = recordKey({ tenantId: tenantId(someone.tenantId), type: 'thread', id });
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

  return {
    running: () => running,
    parked,
    demo,
    /** The token of who may see what people wrote. */
    revealing: async () => (await readJson<Record<string, string>>('secrets.json')).OPS_REVEAL_TOKEN!,
    /** Makes something by the API; its id. */
    post,
    createThread,
    openSignedIn,
    /** Signs in and goes to a screen, by keyboard. */
    async openScreen(name: string, by = running.token): Promise<Watched> {
      const watched = await openSignedIn(1280, 800, by);
      await watched.page.getByRole('button', { name, exact: true }).press('Enter');
      await shown(watched.page.getByRole('heading', { name, level: 1 }));
      return watched;
    },
  };
}

/** A receiver of webhooks that wants nothing until it is told to accept, and answers with `says`. */
export async function givenReceiver(cleanups: Cleanups, says: string) {
  let status = 500;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, status === 200 ? {} : { 'webhook-delivery': 'abort-message' });
      response.end(says);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  cleanups.add(() => new Promise((resolve) => void server.close(resolve).closeAllConnections()));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hooks?key=canary-of-an-address`, accept: () => void (status = 200) };
}

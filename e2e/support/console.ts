import { randomUUID } from 'node:crypto';
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
import { cli } from './operator';

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

  /** Asks the API in somebody's name, again where it says to, for the same thing: so it is done once. */
  async function send(method: string, { token }: Demo, path: string, body: object): Promise<{ id: string }> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers: { ...headers, 'idempotency-key': randomUUID() }, body: JSON.stringify(body) };
    return eventually(async () => {
      const response = await fetch(`http://localhost:${running.launched.ports.API_PORT}/api/v1/${path}`, init);
      expect([200, 201, 202]).toContain(response.status);
      return (await response.json()) as { id: string };
    });
  }
  const post = async (by: Demo, path: string, body: object): Promise<string> => (await send('POST', by, path, body)).id;

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
    const id = await createThread(someone);
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

  /** Puts records into a partition that are read by nobody else: what a former owner wrote too late stands in the log. */
  async function fillLog(partition: number, records: number): Promise<void> {
    const kafka = new Kafka({ brokers: stack.kafkaBrokers, logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const late = { partition, key: 'late', value: '{}', headers: { epoch: '1' } };
    for (let sent = 0; sent < records; sent += 5_000)
      await producer.send({
        topic: `${running.launched.topicPrefix}chat.events.v1`,
        messages: Array.from({ length: 5_000 }, () => late),
      });
    await producer.disconnect();
  }

  return {
    running: () => running,
    /** The operator's tool, on what `npm start` left. */
    command: (...args: string[]) => cli({}, ['--data-dir', running.launched.dataDir, ...args]),
    parked,
    fillLog,
    demo,
    /** The token of who may see what people wrote. */
    revealing: async () => (await readJson<Record<string, string>>('secrets.json')).OPS_REVEAL_TOKEN!,
    send,
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

/** A receiver that wants nothing until it is told to accept, and answers with `says`; never, where that is null. */
export async function givenReceiver(cleanups: Cleanups, says: string | null) {
  let status = 500;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (says === null) return;
      response.writeHead(status, status === 200 ? {} : { 'webhook-delivery': 'abort-message' });
      response.end(says);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  cleanups.add(() => new Promise((resolve) => void server.close(resolve).closeAllConnections()));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hooks?key=canary-of-an-address`, accept: () => void (status = 200) };
}

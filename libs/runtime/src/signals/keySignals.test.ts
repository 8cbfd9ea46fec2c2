import { tenantId } from '@threadlog/events';
import { createMemoryLog } from '@threadlog/log';
import { createLocalMasterKey, createMemoryKeyStore, createSealing } from '@threadlog/sealing';
import { eventually } from '@threadlog/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { createSignals } from './signals';

const tenant = tenantId('acme');
const profile = { tenantId: tenant, authorId: 'ann', threadId: null, month: null, learnerId: null };
const stop = new AbortController();
const running: Promise<void>[] = [];
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
});
const place = { stream: 'acme/user/ann', eventId: randomUUID(), field: 'display_name' };

test('given processes that hold a key, when one destroys it, then all of them let go at once', async () => {
  const topic = createMemoryLog({ topic: 'signals', partitions: 4, fenced: false });
  const keyStore = createMemoryKeyStore();
  const masterKey = createLocalMasterKey(randomBytes(32));
  const start = (keysOnly: boolean) => {
    const sealing = createSealing({ keyStore, masterKey });
    const logger = { warn: () => undefined };
    const signals = createSignals({ openTopic: () => Promise.resolve(topic), logger, sealing, keysOnly });
    running.push(signals.run(stop.signal));
    return { sealing, signals };
  };
  const [eraser, reader, writer] = [start(false), start(false), start(true)];
  const blob = (await eraser.sealing.sealer(profile)).seal('text', place);
  for (const { sealing } of [reader, writer]) await sealing.prepare(tenant, [blob]);
  await writer.sealing.sealer(profile);
  // Each hears the others before the erasure: a word said while somebody starts may be lost.
  await eventually(async () => {
    eraser.signals.publish(tenant, 'PRESENCE', {
      ...{ user_id: 'bob', state: 'online', instance: 'i', last_seen_at: '2026-01-01T00:00:00.000000Z' },
    });
    expect(await reader.signals.presence.of(tenant, ['bob'])).toMatchObject([{ state: 'online' }]);
  });
  expect(await writer.signals.presence.of(tenant, ['bob'])).toMatchObject([{ state: 'offline' }]);

  await eventually(async () => {
    await eraser.sealing.destroy(tenant, { kind: 'subject', id: 'ann' });
    expect(writer.sealing.cachedSealer(profile)).toBeUndefined();
    for (const { sealing } of [reader, writer]) {
      await sealing.prepare(tenant, [blob]);
      expect(sealing.open(tenant, blob, place)).toBeUndefined();
    }
  });
});

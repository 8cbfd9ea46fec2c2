import { encodeEvent, tenantId } from '@threadlog/events';
import { createMemoryLog } from '@threadlog/log';
import { memorySealing, threadStory } from '@threadlog/testing';
import { checkKeys, tellKeys } from './checkKeys';

const tenant = tenantId('acme');

/** Two threads in a log, of which the keys of one were lost with the key store that had them. */
async function given() {
  const [kept, lost] = [memorySealing(), memorySealing()];
  const log = createMemoryLog({ topic: 'events', partitions: 1 });
  const appender = await log.openAppender();
  for (const [threadId, sealing] of [
    ['kept', kept],
    ['lost', lost],
  ] as const) {
    const story = threadStory({ threadId, title: 'title' });
    story.post('ada', 'one');
    story.post('ada', 'two');
    await appender.append(
      0,
      (await story.events(sealing)).map((event) => encodeEvent(event)),
    );
  }
  return { log, kept, lost };
}

test('finds every key that a text needs and the store does not have, and where the first is', async () => {
  const { log, kept } = await given();
  const found = await checkKeys({ log, sealing: kept });
  expect(found).toMatchObject({ records: 6, first: { tenantId: tenant, partition: 0, offset: 3 } });
  // Ada's key, the thread's, and that of its month.
  expect(found.missing).toBe(found.keys / 2);
  expect(tellKeys(found)).toMatch(/^keys missing: \d, first at partition 0, offset 3 /);
});

test('a destroyed key is not missing', async () => {
  const { log, kept } = await given();
  const before = await checkKeys({ log, sealing: kept });
  await kept.destroy(tenant, { kind: 'subject', id: 'ada' });
  expect((await checkKeys({ log, sealing: kept })).missing).toBe(before.missing);
});

test('looks at the newest records alone where it is told to', async () => {
  const { log, kept, lost } = await given();
  expect(await checkKeys({ log, sealing: lost, newest: 3 })).toMatchObject({ records: 3, missing: 0, first: null });
  expect((await checkKeys({ log, sealing: kept, newest: 1 })).first).toMatchObject({ offset: 5 });
});

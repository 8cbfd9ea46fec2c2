import { tenantId } from '@threadlog/events';
import fc from 'fast-check';
import { feedTopic, MAX_TOPIC_LENGTH, tenantOfFeed } from './topicName';

const ids = fc.stringMatching(/^[A-Za-z0-9._@|+-]{1,60}$/).map(tenantId);

test.each([
  ['tenant-123', 'chat.feed.tenant-123'],
  ['acme.example', 'chat.feed.acme_2eexample'],
  ['a_b', 'chat.feed.a_5fb'],
  ['me@home|x+1', 'chat.feed.me_40home_7cx_2b1'],
])('%s becomes %s', (id, topic) => {
  expect(feedTopic(tenantId(id))).toBe(topic);
  expect(tenantOfFeed(topic)).toBe(id);
});

test('every id has a topic that Kafka takes, and is found again from it', () => {
  fc.assert(
    fc.property(ids, (id) => {
      expect(feedTopic(id)).toMatch(/^chat\.feed\.[A-Za-z0-9_-]+$/);
      expect(tenantOfFeed(feedTopic(id))).toBe(id);
    }),
  );
});

test('two tenants never share a topic, nor have two that Kafka takes for one', () => {
  const alike = (topic: string) => topic.replaceAll('.', '_');
  fc.assert(fc.property(ids, ids, (a, b) => a === b || alike(feedTopic(a)) !== alike(feedTopic(b))));
});

test('topics of nobody are told apart', () => {
  for (const topic of ['chat.events.v1', 'chat.feed.', 'chat.feed._61', 'chat.feed.a.b', 'chat.feed._zz'])
    expect(tenantOfFeed(topic)).toBeNull();
});

test('a name that would be too long is refused', () => {
  expect(() => feedTopic(tenantId('.'.repeat(64)))).toThrow(RangeError);
  expect(feedTopic(tenantId('a'.repeat(128))).length).toBeLessThanOrEqual(MAX_TOPIC_LENGTH);
});

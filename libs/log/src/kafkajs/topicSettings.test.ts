import { mismatchOf, settingsOf, weaknessesOf, type TopicFound } from './topicSettings';

const SOUND = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'min.insync.replicas': '2',
  'unclean.leader.election.enable': 'false',
};

function found(copies: number[][], settings: Record<string, string> = {}): TopicFound {
  return { replicas: copies, settings: new Map(Object.entries({ ...SOUND, ...settings })) };
}
const three = [
  [1, 2, 3],
  [2, 3, 1],
];

describe('what a topic is created with', () => {
  const wanted = { topic: 't', replicas: 3, retentionMs: -1 };

  it('keeps everything, and acks what two brokers have where there are several', () => {
    expect(settingsOf(wanted)).toEqual({ ...SOUND, 'message.timestamp.type': 'CreateTime' });
    expect(settingsOf({ ...wanted, replicas: 1, flushMessages: 1 })).toMatchObject({ 'flush.messages': '1' });
    expect(settingsOf({ ...wanted, replicas: 1 })).not.toHaveProperty('min.insync.replicas');
  });

  it('passes its own verification', () => {
    for (const replicas of [1, 2, 3]) {
      const own = found(
        three.map((copies) => copies.slice(0, replicas)),
        { 'min.insync.replicas': '1', ...settingsOf({ ...wanted, replicas }) },
      );
      expect(mismatchOf({ topic: 't', retentionMs: -1 }, own)).toBeNull();
      expect(weaknessesOf({ topic: 't', replicas }, own)).toEqual([]);
    }
  });
});

describe('what a topic is held to at every start', () => {
  it.each([
    ['a compacted one', { 'cleanup.policy': 'compact,delete' }, /compacted/],
    ['one that drops by age', { 'retention.ms': '604800000' }, /retention\.ms is not -1/],
    ['one that drops by size', { 'retention.bytes': '1' }, /retention\.bytes is not -1/],
  ])('is no log: %s', (_name, settings, reason) => {
    expect(mismatchOf({ topic: 't', retentionMs: -1 }, found(three, settings))).toMatch(reason);
  });

  it.each([
    ['one copy on a cluster of three', [[1], [2]], {}, /1 of 3 copies: .*KAFKA_REPLICATION_FACTOR=1/],
    ['one partition with fewer copies', [[1, 2, 3], [2]], {}, /1 of 3 copies/],
    ['acks of one broker', three, { 'min.insync.replicas': '1' }, /min\.insync\.replicas=2/],
    ['more in sync than copies', three, { 'min.insync.replicas': '4' }, /takes nothing/],
    ['leaders without the records', three, { 'unclean.leader.election.enable': 'true' }, /unclean/],
  ])('may lose what it need not: %s', (_name, copies, settings, reason) => {
    expect(weaknessesOf({ topic: 't', replicas: 3 }, found(copies, settings)).join()).toMatch(reason);
  });
});

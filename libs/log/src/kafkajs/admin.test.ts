import { KafkaJSConnectionError, KafkaJSProtocolError } from 'kafkajs';
import { passes } from './admin';

const refused = (type: string): Error => new KafkaJSProtocolError(Object.assign(new Error(type), { type }));

describe('a question to the cluster', () => {
  it.each(['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'])('is asked again after %s', (type) => {
    expect(passes(refused(type))).toBe(true);
    expect(passes(new Error('wrapped', { cause: refused(type) }))).toBe(true);
  });

  it('is asked again after a lost connection', () => {
    expect(passes(new KafkaJSConnectionError('gone'))).toBe(true);
  });

  it('is not where the answer will stay the same', () => {
    for (const type of ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'])
      expect(passes(refused(type))).toBe(false);
    expect(passes(new Error('ours'))).toBe(false);
  });
});

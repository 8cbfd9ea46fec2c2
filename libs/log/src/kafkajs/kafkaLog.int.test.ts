import { testStack } from '@threadlog/testing';
import { logContract } from '../contract';
import { PARTITIONS } from '../contract/harness';
import { createKafkaLog } from './kafkaLog';

const stack = testStack();

logContract('kafkajs', {
  async open() {
    const topic = await stack.freshTopic({ partitions: PARTITIONS });
    return createKafkaLog({ brokers: stack.kafkaBrokers, clientId: 'contract', topic, partitions: PARTITIONS });
  },
});

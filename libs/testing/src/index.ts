export * from './specs';
export { cleanupAfterAll, type Cleanups } from './cleanup';
export { eventually, type EventuallyOptions } from './eventually';
export { kafkaProxy, type KafkaApi, type KafkaProxy, type LossKind } from './net/kafkaProxy';
export { tcpProxy, type Tap, type TcpProxy, type TcpProxyOptions } from './net/tcpProxy';
export type { OwnKafka } from './stack/ownKafka';
export { testStack, type TestStack } from './stack/testStack';
export type { FreshTopicOptions } from './stack/topics';
export { freePort } from '@threadlog/stack';

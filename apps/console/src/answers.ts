import type { HealthAnswer, LogAnswer, RecordsAnswer, StreamsAnswer } from '@threadlog/standalone';

/** What the operations port answers is said by its routes; here are the names of its parts. */
export type Deployment = NonNullable<HealthAnswer['deployment']>;
export type KnownProcess = Deployment['processes'][number];
export type Partition = Deployment['partitions'][number];
export type Stream = StreamsAnswer['streams'][number];
export type Waiting = RecordsAnswer['records'][number];
export type LogRow = LogAnswer['rows'][number];
export type {
  DiscardAnswer,
  HealthAnswer,
  LogAnswer,
  RecordAnswer,
  RecordsAnswer,
  ReplayAnswer,
  RevealAnswer,
  SessionAnswer,
  StreamsAnswer,
} from '@threadlog/standalone';

import type {
  GenerationsAnswer,
  HealthAnswer,
  LogAnswer,
  RecordsAnswer,
  StreamsAnswer,
  ThreadAnswer,
} from '@threadlog/standalone';

/** What the operations port answers is said by its routes; here are the names of its parts. */
export type Deployment = NonNullable<HealthAnswer['deployment']>;
export type KnownProcess = Deployment['processes'][number];
export type Partition = Deployment['partitions'][number];
export type Stream = StreamsAnswer['streams'][number];
export type Waiting = RecordsAnswer['records'][number];
export type GenerationState = GenerationsAnswer['generations'][number];
export type LogRow = LogAnswer['rows'][number];
export type FoundThread = NonNullable<ThreadAnswer['found']>;
export type ThreadEvent = FoundThread['events'][number];
export type ThreadMessage = FoundThread['messages'][number];
export type * from '@threadlog/standalone';

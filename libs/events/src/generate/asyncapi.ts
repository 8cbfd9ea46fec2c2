import { CATALOGUE, definitionOf, type EventType } from '../catalogue';
import { DESCRIPTIONS } from '../catalogue/descriptions';
import { dataSchemaUri } from '../codec';
import { SIGNALS, type SignalType } from '../signals';
import { FEED_TYPES, feedSchemaPath, SIGNAL_DESCRIPTIONS } from './eventSchemas';

const EVENTS = 'chat.events.v1';
const SIGNALS_TOPIC = 'chat.signals.v1';

interface Message {
  name: string;
  channel: 'events' | 'signals' | 'feed';
  summary: string;
  schema: string;
  traits: string[];
}

/** The AsyncAPI 3.0 document of the topics, from the same catalogue as the schemas. */
export function asyncApi(): object {
  const messages = [...eventMessages(), ...signalMessages(), ...feedMessages()];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Threadlog topics',
      version: '1.0.0',
      description:
        'What Threadlog writes to Kafka. `docs/events.md` says what a consumer needs to know besides shapes.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      events: {
        address: EVENTS,
        description:
          'The truth: every event of every tenant, kept for ever. A stream’s events share a partition, in order.',
        messages: refs(messages, 'events'),
        bindings: {
          kafka: { topic: EVENTS, topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': -1 } },
        },
      },
      signals: {
        address: SIGNALS_TOPIC,
        description:
          'Typing, presence and drafts of agents between instances, kept for minutes. Not events: nothing is folded.',
        messages: refs(messages, 'signals'),
        bindings: { kafka: { topic: SIGNALS_TOPIC, topicConfiguration: { 'cleanup.policy': ['delete'] } } },
      },
      feed: {
        address: 'chat.feed.{tenant}',
        description:
          'The events of one tenant in the clear, for analytics of its own; only of tenants in FEED_TENANTS. Delivered at least once: deduplicate by the header event_id.',
        parameters: {
          tenant: {
            description:
              'The tenant’s id; each character but letters, digits and `-` as `_` and two hexadecimal digits.',
          },
        },
        messages: refs(messages, 'feed'),
        bindings: { kafka: { topicConfiguration: { 'cleanup.policy': ['delete'] } } },
      },
    },
    operations: operations(),
    components: {
      messages: Object.fromEntries(messages.map((message) => [message.name, described(message)])),
      messageTraits: {
        cloudEvent: { headers: CLOUD_EVENT },
        fenced: { headers: FENCED },
        fed: { headers: FED },
      },
    },
  };
}

function operations(): Record<string, object> {
  return {
    publishEvents: operation('send', 'events', 'Owners of partitions append what they decided.'),
    consumeEvents: operation('receive', 'events', 'Projectors, realtime instances and other consumers read along.'),
    publishSignals: operation(
      'send',
      'signals',
      'Every realtime instance tells the others; the worker tells what agents are about to say.',
    ),
    publishFeed: operation('send', 'feed', 'The worker publishes what happened, with its text in the clear.'),
    consumeFeed: operation('receive', 'feed', 'Consumers of the tenant’s own read along.'),
    consumeSignals: operation('receive', 'signals', 'Every realtime instance listens to the others.'),
  };
}

function eventMessages(): Message[] {
  return (Object.keys(CATALOGUE) as EventType[]).map((type) => ({
    name: type,
    channel: 'events',
    summary: DESCRIPTIONS[type],
    schema: dataSchemaUri(type, definitionOf(type)!.version),
    traits: ['cloudEvent', 'fenced'],
  }));
}

function signalMessages(): Message[] {
  return (Object.keys(SIGNALS) as SignalType[]).map((type) => ({
    name: type,
    channel: 'signals',
    summary: SIGNAL_DESCRIPTIONS[type],
    schema: `signals/${type}.v1.json`,
    traits: ['cloudEvent'],
  }));
}

function feedMessages(): Message[] {
  return FEED_TYPES.map((type) => ({
    name: `feed.${type}`,
    channel: 'feed',
    summary: DESCRIPTIONS[type],
    schema: feedSchemaPath(type),
    traits: ['fed'],
  }));
}

function described({ name, summary, schema, traits, channel }: Message): object {
  return {
    name,
    title: name,
    summary,
    contentType: 'application/json',
    payload: { schemaFormat: 'application/schema+json;version=draft-2020-12', schema: { $ref: `./${schema}` } },
    traits: traits.map((trait) => ({ $ref: `#/components/messageTraits/${trait}` })),
    bindings: { kafka: { key: { type: 'string', description: KEYS[channel] } } },
  };
}

const KEYS = {
  events: '`tenant/stream_type/stream_id`, a sub-thread under its root’s; `$control/<partition>` for markers.',
  feed: 'The thread’s id; without a thread, the id of the stream.',
  signals: '`tenant/signal/user_id`; `tenant/signal/$keys` for what concerns no user.',
};

function refs(messages: Message[], channel: Message['channel']): object {
  const own = messages.filter((message) => message.channel === channel);
  return Object.fromEntries(own.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]));
}

function operation(action: 'send' | 'receive', channel: string, summary: string): object {
  return { action, channel: { $ref: `#/channels/${channel}` }, summary };
}

const text = (description: string) => ({ type: 'string', description });

/** CloudEvents 1.0, binary mode of the Kafka binding. */
const CLOUD_EVENT = {
  type: 'object',
  required: [
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_subject',
    'ce_time',
    'ce_dataschema',
  ],
  properties: {
    'content-type': { type: 'string', const: 'application/json' },
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: text('Unique for ever: deduplicate by it.'),
    ce_type: text('The event’s type.'),
    ce_source: text('Who wrote it.'),
    ce_subject: text('The stream: `stream_type/stream_id`.'),
    ce_time: text('ISO 8601 UTC with microseconds.'),
    ce_dataschema: text('The record’s schema, relative to this document.'),
    ce_tenantid: text('The tenant; absent on control records.'),
    traceparent: text('W3C trace context, where the command had one.'),
    thread_id: text('The thread that an event of another stream is about.'),
  },
};

const FED = {
  type: 'object',
  required: ['event_id', 'content-type'],
  properties: {
    event_id: text('Unique for ever: deduplicate by it.'),
    'content-type': { type: 'string', const: 'application/json' },
  },
};

const FENCED = {
  type: 'object',
  required: ['epoch'],
  properties: { epoch: text('Decimal. Ignore records whose epoch is lower than the highest seen on the partition.') },
};

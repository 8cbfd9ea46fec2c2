import type { CommandAccepted } from '@threadlog/commands';
import type { ChatEvent } from '@threadlog/events';
import { nameOf } from '../streams/overlay';
import { isOfAgent, isRefusalOfAgent, verifyAgents } from './agents';
import { CLOSED, type Told } from './client';
import type { Cluster } from './cluster';
import { truthOf } from './database';
import { emptyStream, foldRows, type StreamRows } from './streamRows';
import type { Follower } from './follower';

interface Placed {
  event: ChatEvent;
  partition: number;
  offset: number;
}

/** Compares what clients were told with what the log says in the end. Returns what is wrong, in words. */
export async function verify(cluster: Cluster, told: readonly Told[], follower: Follower): Promise<string[]> {
  const log: Placed[] = [];
  for (let partition = 0; partition < cluster.log.partitions; partition += 1) {
    for (const one of await truthOf(cluster.log, partition)) log.push({ ...one, partition });
  }
  return [
    ...numbering(log),
    ...onceEach(log),
    ...told.flatMap((entry) => acknowledged(entry, log)),
    ...refusals(cluster, told, log),
    ...verifyAgents(log),
    ...readModel(cluster, log),
    ...(await follower.verify()),
  ];
}

/** Versions and message indexes of every stream are 1, 2, 3 …; timestamps grow. */
function numbering(log: readonly Placed[]): string[] {
  const wrong: string[] = [];
  const last = new Map<string, { version: number; index: number; timestamp: string }>();
  for (const { event } of log) {
    const name = nameOf(event);
    const before = last.get(name) ?? { version: 0, index: 0, timestamp: '' };
    if (event.stream_version !== before.version + 1)
      wrong.push(`${name}: ${event.stream_version} after ${before.version}`);
    if (event.timestamp <= before.timestamp) wrong.push(`${name}: time stands still at ${event.stream_version}`);
    const isMessage = event.event_type === 'CHAT_MESSAGE_CREATED';
    const index = isMessage ? event.data.message_index : before.index;
    if (isMessage && index !== before.index + 1) wrong.push(`${name}: message ${index} after ${before.index}`);
    last.set(name, { version: event.stream_version, index, timestamp: event.timestamp });
  }
  return wrong;
}

/** A key was carried out once. */
function onceEach(log: readonly Placed[]): string[] {
  const seen = new Map<string, string>();
  return log.flatMap(({ event }) => {
    if (!event.idempotency) return [];
    const key = `${nameOf(event)} ${event.idempotency.key_hash}`;
    const before = seen.get(key);
    seen.set(key, event.event_id);
    return before ? [`${key} was carried out twice: ${before} and ${event.event_id}`] : [];
  });
}

/** What was acknowledged stands in the log where the answer says, and every answer to a key is the same. */
function acknowledged({ key, command, results }: Told, log: readonly Placed[]): string[] {
  const accepted = results.filter((result): result is CommandAccepted => result.ok);
  const wrong: string[] = [];
  const places = new Set<string>();
  for (const { position, resource } of accepted) {
    if (!position) continue;
    const id = (resource as { id?: string } | null)?.id;
    places.add(`${position.partition}/${position.offset}/${id ?? ''}`);
    const placed = log.find((one) => one.partition === position.partition && one.offset === position.offset);
    if (!placed)
      wrong.push(`${key} (${command.type}) was acknowledged at ${position.offset}, which counts for nothing`);
    else if (id !== undefined && !JSON.stringify(placed.event.data).includes(id))
      wrong.push(`${key}: another event there`);
  }
  if (places.size > 1) wrong.push(`${key} got different answers: ${[...places].join(', ')}`);
  return wrong;
}

/**
 * "The thread is closed" may only be said when its closing is in the log, and that it is not there to somebody who was
 * added to it only when it could not be written to: who was added behind a broken event is not known yet.
 */
function refusals({ database }: Cluster, told: readonly Told[], log: readonly Placed[]): string[] {
  const closed = new Set(
    log.filter(({ event }) => event.event_type === 'CHAT_THREAD_STATUS_CHANGED').map(({ event }) => event.stream_id),
  );
  const waited = new Set(
    log.filter(({ event }) => database.hasWaited(nameOf(event))).map(({ event }) => event.stream_id),
  );
  return told.flatMap(({ key, command, results }) =>
    results.flatMap((result) => {
      if (result.ok) return [];
      const { code } = result.problem;
      if (code === 'gone' || isRefusalOfAgent(command, code)) return [];
      const threadId = 'threadId' in command.input ? command.input.threadId : '';
      if (code === 'not_found' && isOfAgent(command) && waited.has(threadId)) return [];
      return code === CLOSED && closed.has(threadId) ? [] : [`${key} was refused without a reason in the log: ${code}`];
    }),
  );
}

/** The projected rows equal those folded from the whole log. */
function readModel(cluster: Cluster, log: readonly Placed[]): string[] {
  const rebuilt = new Map<string, StreamRows>();
  for (const { event, partition, offset } of log) {
    const name = nameOf(event);
    const rows = rebuilt.get(name) ?? emptyStream();
    rebuilt.set(name, rows);
    foldRows(rows, event, { partition, offset });
  }
  return [...rebuilt].flatMap(([name, rows]) => {
    const projected = cluster.database.streams.get(name);
    return projected && dump(projected) === dump(rows) ? [] : [`${name}: the read model differs from the log`];
  });
}

function dump({ state, ...rows }: StreamRows): string {
  return JSON.stringify({
    ...rows,
    ...state,
    participants: [...state.participants],
    messages: [...state.messages.values()].toSorted((one, other) => one.message_index - other.message_index),
    receipts: [...rows.receipts],
  });
}

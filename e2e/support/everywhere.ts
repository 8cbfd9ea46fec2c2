import type { ChatEvent } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import { numberingFaults, readLog } from './logTruth';
import type { Client } from './people';
import type { Acked } from './persistentWriter';
import { readAll, type Watcher } from './watcher';

export interface WhatWasSaid {
  log: { brokers: readonly string[]; topic: string };
  /** What clients were told; nothing else was written. */
  acked: readonly Acked[];
  threads: readonly string[];
  reader: Client;
  watcher: Watcher;
}

/** What was acknowledged stands in the log once, in order, and so in the API's pages and in what a socket was sent. */
export async function expectEverywhere({ log, acked, threads, reader, watcher }: WhatWasSaid): Promise<void> {
  expect(logFaults(await readLog(log.brokers, log.topic), acked)).toEqual([]);
  for (const threadId of threads) {
    const expected = acked
      .filter((one) => one.threadId === threadId)
      .map(({ message, content }) => ({ id: message.id, index: message.messageIndex, content }))
      .sort((a, b) => a.index - b.index);
    const shape = (messages: { id: string; messageIndex: number; content: string | null }[]) =>
      messages.map(({ id, messageIndex: index, content }) => ({ id, index, content }));
    await eventually(async () => expect(shape(await readAll(reader, threadId))).toEqual(expected), {
      timeoutMs: 30_000,
    });
    await eventually(() => expect(shape(watcher.messages(threadId))).toEqual(expected), { timeoutMs: 30_000 });
  }
  expect(watcher.faults).toEqual([]);
}

/** What of the log is not as clients were told: lost, twice, never acknowledged, or numbered wrong. */
export function logFaults(log: readonly ChatEvent[], acked: readonly Acked[]): string[] {
  const told = new Set(acked.map(({ message }) => message.id));
  const written = new Map<string, number>();
  for (const event of log) {
    if (event.event_type !== 'CHAT_MESSAGE_CREATED') continue;
    written.set(event.data.message_id, (written.get(event.data.message_id) ?? 0) + 1);
  }
  return [
    ...numberingFaults(log),
    ...[...told].filter((id) => !written.has(id)).map((id) => `${id} was acknowledged and is lost`),
    ...[...written].filter(([, times]) => times > 1).map(([id]) => `${id} stands there more than once`),
    ...[...written.keys()].filter((id) => !told.has(id)).map((id) => `${id} was never acknowledged`),
  ];
}

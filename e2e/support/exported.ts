import type { MessageResource, PrivacyRequestResource } from '@threadlog/events';
import { eventually, linesOf, readZip } from '@threadlog/testing';
import type { ExportedMessage } from '@threadlog/worker';
import type { Client } from './people';

export interface Exported {
  /** All files as text, one after the other. */
  text: string;
  messages: ExportedMessage[];
}

/** Asks for an export, waits for it, downloads it by its link from whoever serves downloads, and unpacks it. */
export async function exportOf(client: Client, downloads: string, body: object): Promise<Exported> {
  const asked = await client.call<PrivacyRequestResource>('POST', '/api/v1/privacy/export', body);
  if (asked.status !== 202) throw new Error(`export: ${asked.status} ${JSON.stringify(asked.body)}`);
  const path = `/api/v1/privacy/requests/${asked.body.id}`;
  const found = await eventually(
    async () => {
      const { body: request } = await client.call<PrivacyRequestResource>('GET', path);
      if (request.status !== 'completed') throw new Error(`still ${JSON.stringify(request)}`);
      return request;
    },
    { timeoutMs: 120_000, intervalMs: 200 },
  );
  const response = await fetch(new URL(found.download!.url, downloads));
  if (!response.ok) throw new Error(`download: ${response.status} ${await response.text()}`);
  const files = await readZip(Buffer.from(await response.arrayBuffer()));
  return { text: [...files.values()].map(String).join('\n'), messages: linesOf(files.get('messages.ndjson')) };
}

/** Fields that an export and the API both have of a message, so that the two can be compared. */
export function comparable(messages: readonly (ExportedMessage | MessageResource)[]): unknown[] {
  const both = messages.map((message) => {
    const { id, threadId, messageIndex, senderId, senderType, messageType, content, attachments, metadata } = message;
    const { replyTo, mentions, pinned, createdAt, updatedAt, deletedAt, clientMessageId } = message;
    const isExported = 'edits' in message;
    return {
      ...{ id, threadId, messageIndex, senderId, senderType, messageType, content, attachments, metadata },
      ...{ replyTo, mentions, pinned, createdAt, updatedAt, deletedAt, clientMessageId },
      senderName: isExported ? message.senderName : message.sender.displayName,
      edit: isExported ? message.edits.length : message.edit,
      reactions: message.reactions.length,
    };
  });
  return both.sort((a, b) => (a.id < b.id ? -1 : 1));
}

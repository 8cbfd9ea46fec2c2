import { problem, type ChatEvent } from '@threadlog/events';
import { knownEvent, oneRecord, openFields } from '@threadlog/projector';
import { activeGeneration, createStatements, findDeletedMessages, type Database } from '@threadlog/read-models';
import { defineRoute } from '@threadlog/service';
import type { z } from 'zod';
import type { ConsoleDeps } from '../deps';
import { revealAnswer, revealBody } from './schemas';

/** Shows what people wrote in one record, to who may see it: who looked and why is kept before anything is shown. */
export const revealRecord = defineRoute<{ body: typeof revealBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/log/reveal',
  summary: 'Shows what people wrote in one record, by name and for a reason, both of which are kept',
  tags: ['Operations'],
  auth: 'user',
  body: revealBody,
  responses: { 200: { description: 'The fields that can be opened', schema: revealAnswer } },
  problems: ['forbidden', 'conflict'],
  async handler({ body, raw: { request } }, { events, database, sealing, logger, mayReveal }) {
    if (!mayReveal(request)) throw problem('forbidden', 'This token does not permit to see what people wrote.');
    const { partition, offset, by } = body;
    const found = await oneRecord(await events(), partition, offset);
    const event = found && knownEvent(found);
    if (!event) throw problem('not_found', 'There is no event at this place.');
    if (await isDeleted(database, event)) throw problem('conflict', 'This message was deleted.');
    await keepAccount(database, event, body);
    // Why is in the table: it may name people.
    logger.warn({ partition, offset, tenantId: event.tenant_id, by }, 'an operator was shown what people wrote');
    return { status: 200, body: { partition, offset, fields: await openFields(event, sealing) } };
  },
});

/** Of a message that was deleted nobody is shown the text, operators included. */
async function isDeleted(database: Database, { tenant_id, data }: ChatEvent): Promise<boolean> {
  if (!('message_index' in data)) return false;
  const generation = await activeGeneration(database);
  const statements = createStatements({ database, generation: () => generation });
  const { thread_id, message_index } = data;
  return (await findDeletedMessages(statements, tenant_id, [{ thread_id, message_index }])).length > 0;
}

function keepAccount(database: Database, event: ChatEvent, said: z.output<typeof revealBody>) {
  const { partition, offset, reason, by } = said;
  return database.query(
    `insert into threadlog.revealed_records
       (partition, log_offset, tenant_id, stream_type, stream_id, reason, revealed_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [partition, offset, event.tenant_id, event.stream_type, event.stream_id, reason, by],
  );
}

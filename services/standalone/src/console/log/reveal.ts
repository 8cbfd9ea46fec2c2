import { problem, type ChatEvent } from '@threadlog/events';
import { knownEvent, oneRecord, openFields } from '@threadlog/projector';
import {
  activeGeneration,
  createStatements,
  findDeletedMessages,
  findDeletedThreads,
  type Database,
} from '@threadlog/read-models';
import { defineRoute } from '@threadlog/service';
import type { ConsoleDeps } from '../deps';
import { keepAccount } from '../reveals';
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
    const { partition, offset } = body;
    const found = await oneRecord(await events(), partition, offset);
    const event = found && knownEvent(found);
    if (!event) throw problem('not_found', 'There is no event at this place.');
    const gone = await whatIsGone(database, event);
    if (gone !== null) throw problem('conflict', `This ${gone} was deleted.`);
    const stream = { tenantId: event.tenant_id, type: event.stream_type, id: event.stream_id };
    await keepAccount({ database, logger }, { partition, offset, stream }, body);
    return { status: 200, body: { partition, offset, fields: await openFields(event, sealing) } };
  },
});

/** Of what was deleted nobody is shown the text, operators included. */
async function whatIsGone(database: Database, { tenant_id, data }: ChatEvent): Promise<'thread' | 'message' | null> {
  if (!('thread_id' in data)) return null;
  const generation = await activeGeneration(database);
  const statements = createStatements({ database, generation: () => generation });
  const { thread_id } = data;
  if ((await findDeletedThreads(statements, tenant_id, [thread_id])).size > 0) return 'thread';
  if (!('message_index' in data)) return null;
  const { message_index } = data;
  const deleted = await findDeletedMessages(statements, tenant_id, [{ thread_id, message_index }]);
  return deleted.length > 0 ? 'message' : null;
}

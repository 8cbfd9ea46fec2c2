import { problem } from '@threadlog/events';
import {
  discardRecord,
  listQuarantinedStreams,
  replayParkedKey,
  showQuarantined,
  type QuarantinedRecord,
} from '@threadlog/projector';
import { activeGeneration } from '@threadlog/read-models';
import { defineRoute } from '@threadlog/service';
import type { ConsoleDeps } from './deps';
import { refuse } from './refuse';
import {
  discardAnswer,
  discardBody,
  PAGE,
  recordsAnswer,
  recordsQuery,
  replayAnswer,
  replayBody,
  streamsAnswer,
  streamsQuery,
} from './schemas';

const tags = ['Operations'];

export const listStreams = defineRoute<{ query: typeof streamsQuery }, ConsoleDeps>({
  method: 'get',
  path: '/ops/quarantine',
  summary: 'What waits in quarantine, a row for each record key',
  tags,
  auth: 'user',
  query: streamsQuery,
  responses: { 200: { description: 'A page of them', schema: streamsAnswer } },
  async handler({ query: { after } }, { database }) {
    const generation = await activeGeneration(database);
    const rows = await listQuarantinedStreams(database, generation, { after, limit: PAGE + 1 });
    const streams = rows.slice(0, PAGE).map(({ record_key: key, first_offset: firstOffset, since, ...row }) => ({
      ...{ key, firstOffset, since: since.toISOString() },
      ...row,
    }));
    const last = rows.length > PAGE ? streams.at(-1) : undefined;
    const next = last ? `${last.partition}:${last.firstOffset}` : null;
    return { status: 200, body: { generation, streams, next } };
  },
});

export const showRecords = defineRoute<{ query: typeof recordsQuery }, ConsoleDeps>({
  method: 'get',
  path: '/ops/quarantine/records',
  summary: 'What waits for one record key, and what of it was discarded; sizes, never text',
  tags,
  auth: 'user',
  query: recordsQuery,
  responses: { 200: { description: 'The oldest of them', schema: recordsAnswer } },
  async handler({ query: { key } }, { database }) {
    const generation = await activeGeneration(database);
    const found = await showQuarantined(database, generation, { key, limit: PAGE + 1 });
    const given = new Set(found.discarded.map((one) => `${one.partition} ${one.log_offset}`));
    const records = found.records.slice(0, PAGE).map((record) => ({
      ...shown(record),
      discarded: given.has(`${record.partition} ${record.log_offset}`),
    }));
    const discarded = found.discarded.slice(0, PAGE).map((one) => ({
      ...{ offset: one.log_offset, reason: one.reason, fault: one.fault },
      ...{ by: one.discarded_by, at: one.discarded_at.toISOString() },
    }));
    return { status: 200, body: { key, generation, records, discarded, more: found.records.length > PAGE } };
  },
});

/** Types are upper-case words and times have digits: headers that others wrote may say anything. */
const TYPE = /^[A-Z][A-Z0-9_]{0,63}$/;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}Z$/;

function shown({ partition, log_offset: offset, type, headers, bytes, reason, quarantined_at: at }: QuarantinedRecord) {
  const { ce_time: time = '' } = headers;
  return {
    ...{ partition, offset, bytes, reason, quarantinedAt: at.toISOString() },
    type: TYPE.test(type ?? '') ? type : null,
    time: TIME.test(time) ? time : null,
  };
}

export const replayStream = defineRoute<{ body: typeof replayBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/quarantine/replay',
  summary: 'Applies what waits for a record key, after the fault was mended',
  tags,
  auth: 'user',
  body: replayBody,
  responses: { 200: { description: 'How many records were applied', schema: replayAnswer } },
  problems: ['conflict'],
  async handler({ body: { key } }, { database, messageStore, logger }) {
    const generation = await activeGeneration(database);
    const deps = { database, generation, store: messageStore(generation) };
    const applied = await replayParkedKey(deps, key).catch(refuse);
    if (applied === 0) throw problem('not_found', 'No stream of this key is parked.');
    logger.warn({ record_key: key, applied }, 'an operator replayed a parked stream');
    return { status: 200, body: { key, applied } };
  },
});

export const discardOne = defineRoute<{ body: typeof discardBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/quarantine/discard',
  summary: 'Gives a record up, in every generation and for good; who and why is kept',
  tags,
  auth: 'user',
  body: discardBody,
  responses: { 200: { description: 'What became of its streams', schema: discardAnswer } },
  problems: ['conflict'],
  async handler({ body: { key, ...said } }, { database, messageStore, logger }) {
    const outcomes = await discardRecord({ database, messageStore }, { recordKey: key, ...said }).catch(refuse);
    // Why is in the table: it may name people.
    logger.warn({ record_key: key, offset: said.offset, by: said.by }, 'an operator discarded a record');
    return { status: 200, body: { key, offset: said.offset, outcomes } };
  },
});

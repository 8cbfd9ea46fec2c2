import { problem } from '@threadlog/events';
import { logPage, maskedRecord, oneRecord, type LogStart } from '@threadlog/projector';
import { defineRoute } from '@threadlog/service';
import type { z } from 'zod';
import type { ConsoleDeps } from '../deps';
import { readPlace, writePlace } from './place';
import { logAnswer, logQuery, recordAnswer, recordQuery } from './schemas';

const tags = ['Operations'];

export const listRecords = defineRoute<{ query: typeof logQuery }, ConsoleDeps>({
  method: 'get',
  path: '/ops/log',
  summary: 'Records of the log, the newest first; what they are, never what people wrote',
  tags,
  auth: 'user',
  query: logQuery,
  responses: { 200: { description: 'A page of them', schema: logAnswer } },
  async handler({ query }, { events }) {
    const log = await events();
    const { partition, tenant: tenantId, type, text } = query;
    const start = startOf(query, partition === undefined ? [...Array(log.partitions).keys()] : [partition]);
    if (partition !== undefined && partition >= log.partitions) throw problem('not_found', 'No such partition.');
    const { older, newer, ...page } = await logPage(log, { partition, tenantId, type, text }, start);
    return { status: 200, body: { ...page, older: older && writePlace(older), newer: writePlace(newer) } };
  },
});

function startOf({ partition, before, after, from }: z.output<typeof logQuery>, partitions: number[]): LogStart {
  if ([before, after, from].filter((one) => one !== undefined).length > 1)
    throw problem('invalid_request', 'Only one of before, after and from may be given.');
  if (after !== undefined) return { after: readPlace(after, partitions) };
  if (before !== undefined) return { before: readPlace(before, partitions) };
  if (from === undefined) return { before: null };
  if (partition === undefined) throw problem('invalid_request', 'An offset is of one partition: name it.');
  return { after: new Map([[partition, from]]) };
}

export const showRecord = defineRoute<{ query: typeof recordQuery }, ConsoleDeps>({
  method: 'get',
  path: '/ops/log/record',
  summary: 'A record of the log with its data, sealed fields masked',
  tags,
  auth: 'user',
  query: recordQuery,
  responses: { 200: { description: 'The record', schema: recordAnswer } },
  async handler({ query: { partition, offset } }, { events }) {
    const found = await oneRecord(await events(), partition, offset);
    if (!found) throw problem('not_found', 'There is no record at this place.');
    return { status: 200, body: maskedRecord(found) };
  },
});

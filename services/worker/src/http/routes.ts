import { mayHandleSubject, type Actor } from '@threadlog/auth';
import { idInputSchema } from '@threadlog/events';
import type { ExportLogRow } from '@threadlog/read-models';
import {
  DOWNLOADS_PATH,
  downloadTokenSchema,
  isGenuineLink,
  readDownloadLink,
  type DownloadLink,
} from '@threadlog/runtime';
import { defineRoute, type Route } from '@threadlog/service';
import { z } from 'zod';
import type { WorkerHttpDeps } from './deps';
import { findExport, noSuchExport, sendExport } from './download';
import { webhookRoutes } from './webhooks';

const tags = ['Privacy'];
const params = z.object({ requestId: idInputSchema });
const linkParams = z.object({ token: downloadTokenSchema });
const responses = { 200: { description: 'The zip', media: 'application/zip' } };

const byToken = defineRoute<{ params: typeof params }, WorkerHttpDeps>({
  method: 'get',
  path: '/api/v1/privacy/requests/{requestId}/download',
  operationId: 'downloadExport',
  summary: 'Download an export',
  description:
    'For whoever asked for it, and whoever may ask for this person. Each download is an event in the name of who downloads. ' +
    '`conflict` while there is no file, `gone` when it is no longer there.',
  tags,
  auth: 'user',
  params,
  responses,
  problems: ['conflict', 'gone', 'overloaded'],
  async handler({ actor, params: { requestId }, raw }, deps) {
    const row = await findExport(deps.database, actor.tenantId, requestId);
    if (!row || !mayDownload(actor, row)) throw noSuchExport();
    return sendExport(deps, row, actor, raw);
  },
});

const byLink = defineRoute<{ params: typeof linkParams }, WorkerHttpDeps>({
  method: 'get',
  path: `${DOWNLOADS_PATH}/{token}`,
  operationId: 'downloadExportByLink',
  summary: 'Download an export by its link',
  description:
    'The link is `download.url` of the request and needs no bearer token. It works for a few minutes, then there is nothing there.',
  tags,
  auth: 'none',
  params: linkParams,
  responses,
  problems: ['conflict', 'gone', 'overloaded'],
  async handler({ params: { token }, raw }, deps) {
    const link = readDownloadLink(token);
    // The export first: only of a tenant that is there may a key be looked for.
    const row = link && (await findExport(deps.database, link.tenantId, link.requestId));
    if (!link || !row || !(await isGenuineLink(deps.sealing, token, link.tenantId))) throw noSuchExport();
    if (link.expiresAt * 1_000 <= Date.now()) throw noSuchExport();
    return sendExport(deps, row, bearerOf(link), raw);
  },
});

/** Where exports are fetched. */
export const downloadRoutes: readonly Route<WorkerHttpDeps>[] = [byToken, byLink];

/** Every route of the worker. */
export const workerRoutes = [...downloadRoutes, ...webhookRoutes] as readonly Route[];

function mayDownload(actor: Actor, row: ExportLogRow): boolean {
  return row.requested_by === actor.id || mayHandleSubject(actor, { kind: row.subject_kind, id: row.subject_id });
}

/** The actor that the link was made for, with the one right that it stands for. */
function bearerOf({ tenantId, actor, expiresAt }: DownloadLink): Actor {
  return { tenantId, ...actor, permissions: ['chat:privacy'], learnerScope: [], expiresAt };
}

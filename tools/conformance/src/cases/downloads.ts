import { story, type Case } from '../case';
import { fail, like } from '../like';
import { eventually } from '../wait';

const askExport = 'POST /api/v1/privacy/export';
const one = 'GET /api/v1/privacy/requests/{requestId}';
const download = 'GET /api/v1/privacy/requests/{requestId}/download';
/** Opened by its link alone, without a bearer token. */
export const byLink = 'GET /api/v1/privacy/downloads/{token}';

interface Request {
  id: string;
  status: string;
  download: { url: string } | null;
}

/** A worker makes the file within this time; milliseconds. */
const PATIENCE_MS = 25_000;

/** How every zip begins. */
function isZip(body: unknown): void {
  if (typeof body !== 'string' || !body.startsWith('PK')) fail('the file is no zip');
}

export const downloadCases: Case[] = [
  story(
    'an export that is ready is there for whom it is, by token and by link',
    [askExport, one, download, byLink],
    async (scene) => {
      const ann = scene.as('ann');
      const { id } = await ann.expect<Request>(202, askExport, { body: { userId: 'ann' } });
      const params = { requestId: id };
      const ready = await eventually(async () => {
        const found = await ann.expect<Request>(200, one, { params });
        like(found, { status: 'completed' });
        return found;
      }, PATIENCE_MS);
      isZip(await ann.expect(200, download, { params }));
      const token = ready.download?.url.split('/').at(-1) ?? fail('there is no link');
      isZip(await scene.anyone().expect(200, byLink, { params: { token } }));
      for (const other of ['bob', 'aud', 'tess'] as const)
        await scene.as(other).expect('not_found', download, { params });
      const foreign = scene.as('root', { tenant: `other-${process.pid}`, role: 'admin', learnerIds: '*' });
      await foreign.expect('not_found', download, { params });
      const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
      await scene.anyone().expect('not_found', byLink, { params: { token: forged } });
      await scene.settle();
      like(await ann.expect(200, one, { params }), { downloads: 2 });
    },
  ),
  story('an export that is not there has no file', [download], async (scene) => {
    await scene.as('ann').expect('not_found', download, { params: { requestId: 'nothing' } });
  }),
];

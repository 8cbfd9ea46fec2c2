import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { cleanupAfterAll } from '@threadlog/testing';
import { freePort, startS3, type S3Server } from '@threadlog/stack';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { all, exportStoreContract } from './contract/exportStore';
import type { ExportStore } from './port';
import { createS3Store, type S3StoreOptions } from './s3';

const BUCKET = 'exports';
const PREFIX = 'threadlog/';

jest.setTimeout(60_000);

describe('a bucket of export files', () => {
  const cleanups = cleanupAfterAll();
  let server: S3Server;
  let client: S3Client;
  let store: ExportStore;
  let options: S3StoreOptions;

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'threadlog-s3-'));
    cleanups.add(() => rmSync(dataDir, { recursive: true }));
    server = await startS3({ dataDir });
    cleanups.add(() => server.stop());
    const region = 'us-east-1';
    const { url: endpoint, credentials } = server;
    client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    cleanups.add(() => client.destroy());
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    options = { bucket: BUCKET, region, endpoint, credentials, pathStyle: true, prefix: PREFIX };
    store = createS3Store(options);
    cleanups.add(() => store.close());
  }, 120_000);

  exportStoreContract(() => ({
    store,
    leaveUnfinished: async (name) =>
      void (await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: PREFIX + name }))),
  }));

  test('leaves what stands beside its prefix alone', async () => {
    const beside = createS3Store({ ...options, prefix: '' });
    cleanups.add(() => beside.close());
    await beside.put('other/file.zip', Readable.from([Buffer.from('x')]));
    expect((await all(store.list(''))).map(({ name }) => name)).not.toContain('other/file.zip');
  });

  test('ends the uploads of one object only', async () => {
    for (const name of ['acme/a.zip', 'acme/a.zip2'])
      await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: PREFIX + name }));
    await store.delete('acme/a.zip');
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    expect(Uploads.map(({ Key }) => Key)).toEqual([`${PREFIX}acme/a.zip2`]);
    const [left] = Uploads;
    const { Key, UploadId } = left!;
    await client.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId }));
  });

  test('is refused with a wrong secret, and without the bucket', async () => {
    const wrong = { ...server.credentials, secretAccessKey: 'wrong' };
    for (const other of [{ credentials: wrong }, { bucket: 'nowhere' }]) {
      const refused = createS3Store({ ...options, ...other });
      cleanups.add(() => refused.close());
      const put = refused.put('acme/a.zip', Readable.from([Buffer.from('x')]));
      await expect(put).rejects.toMatchObject({ name: 'ExportStoreError', code: 'refused' });
      const list = all(refused.list(''));
      await expect(list).rejects.toMatchObject({ name: 'ExportStoreError', code: 'refused' });
    }
  });

  test('says so where nobody answers', async () => {
    const nobody = createS3Store({ ...options, endpoint: `http://127.0.0.1:${await freePort()}` });
    cleanups.add(() => nobody.close());
    await expect(nobody.get('acme/a.zip')).rejects.toMatchObject({ code: 'unavailable' });
    const put = nobody.put('acme/a.zip', Readable.from([Buffer.from('x')]));
    await expect(put).rejects.toMatchObject({ name: 'ExportStoreError', code: 'unavailable' });
  }, 30_000);

  /** The embedded server knows no encryption: what we ask for is looked at on the wire. */
  test('asks for encryption where that is wanted', async () => {
    const asked: IncomingMessage['headers'][] = [];
    const recorder = createServer((request, response) => {
      asked.push(request.headers);
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
    cleanups.add(() => recorder.close());
    const { port } = recorder.address() as { port: number };
    const endpoint = `http://127.0.0.1:${port}`;
    const encryption = { algorithm: 'aws:kms', kmsKeyId: 'key-1' } as const;
    const encrypting = createS3Store({ ...options, endpoint, encryption });
    cleanups.add(() => encrypting.close());
    await encrypting.put('acme/a.zip', Readable.from([Buffer.from('x')]));
    expect(asked[0]).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
    });
  });
});

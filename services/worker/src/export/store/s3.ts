import type * as Sdk from '@aws-sdk/client-s3';
import type { ListMultipartUploadsCommandOutput, S3Client, ServerSideEncryption } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { checkName, isObjectName } from './names';
import { ExportStoreError, type ExportStore, type ExportStoreErrorCode, type StoredObject } from './port';

export interface S3StoreOptions {
  bucket: string;
  region: string;
  /** Of a store other than Amazon's. */
  endpoint?: string | undefined;
  /** Without them the SDK looks where it always does: environment, files, the machine's role. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** In front of all names. */
  prefix?: string;
  /** The bucket in the path instead of the host name. */
  pathStyle?: boolean;
  encryption?: { algorithm: ServerSideEncryption; kmsKeyId?: string | undefined } | undefined;
}

/** Two parts are in memory at a time; ten thousand of them, S3's limit, are 160 GB. */
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
/** Milliseconds to connect, and without a byte, before a request is tried again. */
const CONNECT_MS = 5_000;
const IDLE_MS = 30_000;
const ATTEMPTS = 4;

/**
 * Exports in a bucket of Amazon S3 or whatever speaks its protocol. Objects are uploaded in parts, which come to be an
 * object at once. The bucket must keep no versions: a deleted object would live on in them.
 */
export function createS3Store(options: S3StoreOptions): ExportStore {
  const { bucket: Bucket, prefix: base = '' } = options;
  const opened = lazily(() => open(options));
  const keyOf = (name: string): string => {
    checkName(name);
    return base + name;
  };
  return {
    async put(name, body, signal) {
      const Key = keyOf(name);
      const { client } = await opened();
      await upload(client, { Bucket, Key, Body: body, ...encrypted(options) }, signal).catch(async (error: unknown) => {
        body.destroy();
        // What is left all the same, the sweeper finds.
        await endUploads(await opened(), { Bucket, Key }).catch(() => undefined);
        throw asStoreError(error);
      });
    },
    async get(name) {
      const Key = keyOf(name);
      const { client, sdk } = await opened();
      const found = await client.send(new sdk.GetObjectCommand({ Bucket, Key })).catch(fail);
      return { body: found.Body as Readable, bytes: found.ContentLength ?? 0 };
    },
    async delete(name) {
      const Key = keyOf(name);
      const { client, sdk } = await opened();
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key })).catch(fail);
      await endUploads(await opened(), { Bucket, Key });
    },
    async *list(prefix) {
      const place = { Bucket, Prefix: base + prefix };
      for await (const name of finished(await opened(), place)) yield* named(name, false);
      for await (const { name } of unfinishedUploads(await opened(), place)) yield* named(name, true);
    },
    async close() {
      const made = await opened.made();
      made?.client.destroy();
    },
  };

  function* named(key: string, unfinished: boolean): Iterable<StoredObject> {
    const name = key.slice(base.length);
    if (isObjectName(name)) yield { name, unfinished };
  }
}

interface Opened {
  client: S3Client;
  sdk: typeof Sdk;
}
interface Place {
  Bucket: string;
  Prefix: string;
}

/** The SDK is loaded where it is wanted: most deployments keep files in a directory. */
async function open({ region, endpoint, credentials, pathStyle = false }: S3StoreOptions): Promise<Opened> {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    region,
    endpoint,
    credentials,
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
    // Others than Amazon know no checksums in trailers; TLS and the file's own SHA-256 do the same.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { client, sdk };
}

interface UploadParams {
  Bucket: string;
  Key: string;
  Body: Readable;
  ServerSideEncryption?: ServerSideEncryption;
  SSEKMSKeyId?: string | undefined;
}

/** A stream that fails or is destroyed fails the upload in its turn, which then waits for the parts on their way. */
async function upload(client: S3Client, params: UploadParams, signal?: AbortSignal): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const stop = () => void params.Body.destroy(signal?.reason as Error);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const sending = new Upload({
    client,
    params: { ...params, ContentType: 'application/zip' },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  });
  try {
    await sending.done();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function encrypted({ encryption }: S3StoreOptions): Pick<UploadParams, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
  if (!encryption) return {};
  return { ServerSideEncryption: encryption.algorithm, SSEKMSKeyId: encryption.kmsKeyId };
}

/** Ends unfinished uploads of one object. */
async function endUploads(store: Opened, { Bucket, Key }: { Bucket: string; Key: string }): Promise<void> {
  const { client, sdk } = store;
  for await (const { name, uploadId: UploadId } of unfinishedUploads(store, { Bucket, Prefix: Key })) {
    if (name === Key)
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(unlessGone);
  }
}

async function* finished({ client, sdk }: Opened, place: Place): AsyncIterable<string> {
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(new sdk.ListObjectsV2Command({ ...place, ContinuationToken })).catch(fail);
    for (const { Key } of page.Contents ?? []) if (Key) yield Key;
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
}

async function* unfinishedUploads(
  { client, sdk }: Opened,
  place: Place,
): AsyncIterable<{ name: string; uploadId: string }> {
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    const markers = page && { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    page = await client.send(new sdk.ListMultipartUploadsCommand({ ...place, ...markers })).catch(fail);
    for (const { Key, UploadId } of page.Uploads ?? []) if (Key && UploadId) yield { name: Key, uploadId: UploadId };
  } while (page.IsTruncated);
}

const CODES: Record<number, ExportStoreErrorCode> = { 401: 'refused', 403: 'refused', 404: 'not_found', 507: 'full' };

interface S3Failure extends Error {
  $metadata?: { httpStatusCode?: number };
}

/** Answers of the store as our errors; what the body's stream failed with goes through as it is. */
function asStoreError(error: unknown): unknown {
  const { $metadata, name, message } = error as S3Failure;
  if (!$metadata) return error;
  const code = name === 'NoSuchBucket' ? 'refused' : CODES[$metadata.httpStatusCode ?? 0];
  return new ExportStoreError(code ?? 'unavailable', `${name}: ${message}`, { cause: error });
}

function fail(error: unknown): never {
  const known = asStoreError(error);
  throw known instanceof ExportStoreError
    ? known
    : new ExportStoreError('unavailable', 'the bucket did not answer', { cause: error });
}

function unlessGone(error: unknown): void {
  if ((error as S3Failure).$metadata?.httpStatusCode !== 404) fail(error);
}

/** Made at the first call; `made` is what there is by then. */
function lazily<T>(make: () => Promise<T>): (() => Promise<T>) & { made(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return Object.assign(() => (made ??= make()), { made: () => made });
}

import { ConfigError } from '@threadlog/service';
import { createDirectoryStore } from './directory';
import type { ExportStore } from './port';
import { createS3Store } from './s3';
import type { ExportConfig } from '../config';

/** The store that the configuration names: a bucket where there is one, else a directory. Throws `ConfigError`. */
export function exportStoreFrom(config: ExportConfig): ExportStore {
  const { EXPORT_S3_BUCKET: bucket, EXPORT_DIR: directory } = config;
  const wrong = problemsOf(config);
  if (wrong.length > 0) throw new ConfigError(wrong);
  if (bucket === undefined) return createDirectoryStore(directory);
  const { EXPORT_S3_ACCESS_KEY_ID: accessKeyId, EXPORT_S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  return createS3Store({
    bucket,
    region: config.EXPORT_S3_REGION,
    endpoint: config.EXPORT_S3_ENDPOINT,
    prefix: config.EXPORT_S3_PREFIX,
    pathStyle: config.EXPORT_S3_PATH_STYLE,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    encryption: encryptionOf(config),
  });
}

function encryptionOf(config: ExportConfig): Parameters<typeof createS3Store>[0]['encryption'] {
  const { EXPORT_S3_ENCRYPTION: algorithm, EXPORT_S3_KMS_KEY_ID: kmsKeyId } = config;
  return algorithm && { algorithm, kmsKeyId };
}

function problemsOf(config: ExportConfig): string[] {
  const problems: string[] = [];
  const { EXPORT_S3_ACCESS_KEY_ID: id, EXPORT_S3_SECRET_ACCESS_KEY: secret } = config;
  if ((id === undefined) !== (secret === undefined))
    problems.push('EXPORT_S3_ACCESS_KEY_ID and EXPORT_S3_SECRET_ACCESS_KEY go together');
  if (config.EXPORT_S3_KMS_KEY_ID !== undefined && config.EXPORT_S3_ENCRYPTION !== 'aws:kms')
    problems.push('EXPORT_S3_KMS_KEY_ID needs EXPORT_S3_ENCRYPTION=aws:kms');
  return problems;
}

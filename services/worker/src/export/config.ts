import { flag, integer } from '@threadlog/service';
import { z } from 'zod';

/** Variables of exports: where their files are and how long they stay. */
export const exportConfig = {
  EXPORT_DIR: z
    .string()
    .min(1)
    .default('data/exports')
    .describe('Directory of export files where no bucket is given; several workers have to share it'),
  EXPORT_TTL_HOURS: integer(1, 720).prefault('72').describe('Hours after which the file of an export is deleted'),
  EXPORT_S3_BUCKET: z
    .string()
    .min(1)
    .optional()
    .describe('Keeps export files in this bucket; it must keep no versions'),
  EXPORT_S3_ENDPOINT: z.url().optional().describe('Of an S3-compatible store other than Amazon’s'),
  EXPORT_S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket'),
  EXPORT_S3_PREFIX: z
    .string()
    .regex(/^([\w.-]+\/)*$/, 'must be empty or end with a slash, like threadlog/')
    .default('')
    .describe('In front of all names in the bucket; what is below belongs to this deployment alone'),
  EXPORT_S3_PATH_STYLE: flag().prefault('false').describe('The bucket in the path instead of the host name'),
  EXPORT_S3_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe('Without it the AWS SDK looks for credentials: environment, files, the machine’s role'),
  EXPORT_S3_SECRET_ACCESS_KEY: z.string().meta({ secret: 'url' }).optional().describe('Goes with the key id'),
  EXPORT_S3_ENCRYPTION: z.enum(['AES256', 'aws:kms']).optional().describe('Asks the store to encrypt what it keeps'),
  EXPORT_S3_KMS_KEY_ID: z.string().optional().describe('Key for `aws:kms`; by default the account’s own'),
};
export type ExportConfig = z.output<z.ZodObject<typeof exportConfig>>;

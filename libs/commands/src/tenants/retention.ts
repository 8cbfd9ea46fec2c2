import { LIMITS } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';

/** `default` goes back to what the deployment says; null keeps messages for ever. */
export const tenantRetention = defineContract(
  'tenant.retention',
  z.strictObject({ days: z.union([z.int().min(1).max(LIMITS.retentionDays), z.null(), z.literal('default')]) }),
  200,
);

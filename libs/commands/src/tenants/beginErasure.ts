import { z } from 'zod';
import { defineContract } from '../contract';
import { privacyRequest } from '../fields';

/** `holdsVersion` is the version of the tenant's stream that `touchesHeldThread` was found out for. */
export const tenantBeginErasure = defineContract(
  'tenant.beginErasure',
  z.strictObject({ ...privacyRequest, holdsVersion: z.int().min(0), touchesHeldThread: z.boolean() }),
  204,
);

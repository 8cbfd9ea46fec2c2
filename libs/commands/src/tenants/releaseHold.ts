import { idInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';

export const tenantReleaseHold = defineContract('tenant.releaseHold', z.strictObject({ holdId: idInputSchema }), 204);

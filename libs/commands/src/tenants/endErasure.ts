import { idInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';

export const tenantEndErasure = defineContract('tenant.endErasure', z.strictObject({ requestId: idInputSchema }), 204);

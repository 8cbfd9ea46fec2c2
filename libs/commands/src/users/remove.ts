import { anyPersonIdSchema } from '@threadlog/auth';
import { z } from 'zod';
import { defineContract } from '../contract';

/** An erasure removes whoever is there. */
export const userRemove = defineContract('user.remove', z.strictObject({ userId: anyPersonIdSchema }), 204);

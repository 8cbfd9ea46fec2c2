import { personIdSchema } from '@threadlog/auth';
import { z } from 'zod';
import { defineContract } from '../contract';

export const userRemove = defineContract('user.remove', z.strictObject({ userId: personIdSchema }), 204);

import { z } from 'zod';
import { defineContract } from '../contract';
import { personSchema } from '../fields';

export const privacyReadmit = defineContract('privacy.readmit', z.strictObject({ subject: personSchema }), 204);

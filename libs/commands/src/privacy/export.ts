import { z } from 'zod';
import { defineContract } from '../contract';
import { personSchema } from '../fields';

export const privacyExport = defineContract('privacy.export', z.strictObject({ subject: personSchema }), 201);

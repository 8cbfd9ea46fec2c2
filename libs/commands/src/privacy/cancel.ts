import { z } from 'zod';
import { defineContract } from '../contract';
import { privacyRequest } from '../fields';

export const privacyCancel = defineContract('privacy.cancel', z.strictObject(privacyRequest), 204);

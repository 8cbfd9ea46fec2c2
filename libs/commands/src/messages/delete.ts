import { z } from 'zod';
import { defineContract } from '../contract';
import { message } from '../fields';

export const messageDeleteSchema = z.strictObject(message);

export const messageDelete = defineContract('message.delete', messageDeleteSchema, 204);

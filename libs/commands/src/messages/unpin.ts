import { z } from 'zod';
import { defineContract } from '../contract';
import { message } from '../fields';

export const messageUnpin = defineContract('message.unpin', z.strictObject(message), 200);

import { z } from 'zod';
import { defineContract } from '../contract';
import { message } from '../fields';

export const messagePin = defineContract('message.pin', z.strictObject(message), 200);

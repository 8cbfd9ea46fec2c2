import { z } from 'zod';
import { defineContract } from '../contract';
import { webhook } from './fields';

export const webhookRotateSecret = defineContract('webhook.rotateSecret', z.strictObject(webhook), 201);

import { z } from 'zod';
import { defineContract } from '../contract';
import { webhook } from './fields';

export const webhookDelete = defineContract('webhook.delete', z.strictObject(webhook), 204);

import { formerEmojiInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { message } from '../fields';

export const reactionRemoveSchema = z.strictObject({ ...message, emoji: formerEmojiInputSchema });

export const reactionRemove = defineContract('reaction.remove', reactionRemoveSchema, 200);

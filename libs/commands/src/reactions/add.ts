import { emojiInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { message } from '../fields';

export const reactionAddSchema = z.strictObject({ ...message, emoji: emojiInputSchema });

export const reactionAdd = defineContract('reaction.add', reactionAddSchema, 200);

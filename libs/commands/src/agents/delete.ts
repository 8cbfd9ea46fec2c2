import { z } from 'zod';
import { defineContract } from '../contract';
import { agent } from './fields';

export const agentDelete = defineContract('agent.delete', z.strictObject(agent), 204);

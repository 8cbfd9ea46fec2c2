import { z } from 'zod';
import { defineContract } from '../contract';
import { agent } from './fields';

export const agentRotateSecret = defineContract('agent.rotateSecret', z.strictObject(agent), 201);

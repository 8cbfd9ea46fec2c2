import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

/** Asks whether somebody may stop what agents are about to say in a thread; nothing happens in it. */
export const agentStop = defineContract('agent.stop', z.strictObject({ ...thread }), 204);

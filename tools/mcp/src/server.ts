import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import { INTERNAL, problemOf } from '@threadlog/service';
import { z } from 'zod';
import { refusal, resultOf, UNTRUSTED, type Answer } from './answer';
import type { Ask } from './ask';
import type { LastWrites } from './lastWrites';
import { requireKnown, type Args } from './question';
import { TOOLS, type Tool } from './tools';

export interface ServerDeps {
  ask: Ask;
  lastWrites: LastWrites;
  /** Whole `Authorization` header of whom this server acts for, as it is now. */
  authorization: () => string | undefined;
}

const INFO = { name: 'threadlog', title: 'Threadlog', version: '0.1.0' };
const INSTRUCTIONS = `Reads and writes chat conversations as the user whose token this server was given. ${UNTRUSTED}`;

const LISTED = TOOLS.map(({ name, title, description, input, reads }) => ({
  name,
  title,
  description,
  inputSchema: z.toJSONSchema(input, { io: 'input', target: 'draft-7' }) as { type: 'object' },
  annotations: { readOnlyHint: reads, destructiveHint: false, idempotentHint: true, openWorldHint: true },
}));

/**
 * The protocol over the tools. Not the SDK's own registry of tools: it would refuse arguments in its own words before the API
 * could in its, and only the API knows who may learn what is wrong with them.
 */
export function createServer(deps: ServerDeps): Server {
  const server = new Server(INFO, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: LISTED }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const tool = TOOLS.find(({ name }) => name === params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, 'There is no such tool.');
    return resultOf(await answerTo(deps, { tool, args: params.arguments ?? {}, signal }));
  });
  return server;
}

interface Call {
  tool: Tool;
  args: Args;
  signal: AbortSignal;
}

async function answerTo({ ask, lastWrites, authorization }: ServerDeps, { tool, args, signal }: Call): Promise<Answer> {
  try {
    requireKnown(args, Object.keys(tool.input.shape));
    const question = tool.question(args);
    const caller = { authorization: authorization(), signal };
    const written = caller.authorization && tool.reads ? lastWrites.of(caller.authorization) : undefined;
    const answer = await ask({ ...question, consistencyToken: written }, caller);
    if (caller.authorization && answer.consistencyToken && !tool.reads)
      lastWrites.note(caller.authorization, answer.consistencyToken);
    return answer;
  } catch (error) {
    // A problem of our own; or arguments nested so deep that they cannot be written.
    return refusal(problemOf(error) ?? (error instanceof RangeError ? TOO_DEEP : INTERNAL));
  }
}

const TOO_DEEP = { code: 'invalid_request', detail: 'The arguments are nested too deep.' } as const;

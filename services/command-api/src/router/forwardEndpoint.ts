import { FORWARD_SIGNATURE_HEADER, type ForwardSigner } from '@threadlog/auth';
import { COMMANDS, FORWARD_PATH, type Command, type ForwardAnswer, type ForwardedCommand } from '@threadlog/commands';
import { problem } from '@threadlog/events';
import { contextOf, strictRouter } from '@threadlog/service';
import express, { type Request, type Router } from 'express';
import { z } from 'zod';
import { NOT_OWNER } from '../commands/job';
import type { LocalRouter } from './commandRouter';

/** A forwarded command carries its actor beside a body of at most 256 KiB. */
const MAX_FORWARDED_BYTES = 512 * 1024;

/** Takes commands from other processes of the cluster; belongs on the operations port. */
export function forwardEndpoint(router: LocalRouter, signer: ForwardSigner): Router {
  const routes = strictRouter();
  const readBytes = express.raw({ type: () => true, limit: MAX_FORWARDED_BYTES });
  routes.post(FORWARD_PATH, readBytes, async (request, response) => {
    const { request: forwarded, directGeneration, as } = verified(request, signer);
    const outcome =
      as === 'owner' ? await router.executeHere(forwarded, directGeneration) : await router.execute(forwarded);
    const answer: ForwardAnswer = outcome === NOT_OWNER ? { notOwner: true } : { result: outcome };
    response.json(answer);
  });
  return routes;
}

/** The signature covers the exact bytes. The command is parsed again: the sender may be of another version. */
function verified(request: Request, signer: ForwardSigner): ForwardedCommand {
  const received = { method: 'POST', path: FORWARD_PATH, body: request.body as unknown };
  if (!signer.verifyForward(received, request.get(FORWARD_SIGNATURE_HEADER)))
    throw problem('unauthorized', 'The signature is missing or wrong.');
  contextOf(request).counted = true;
  const forwarded = parsed(received.body.toString());
  const { type, input } = forwarded.request.command;
  if (!Object.hasOwn(COMMANDS, type)) throw problem('invalid_request', 'This instance does not know the command.');
  const command = { type, input: COMMANDS[type].parse(input) } as Command;
  return { ...forwarded, request: { ...forwarded.request, command } };
}

const envelopeSchema = z.looseObject({
  request: z.looseObject({ command: z.looseObject({ type: z.string(), input: z.unknown() }) }),
});

/** Whoever signed it, what is no command is a refusal and no fault of ours. */
function parsed(text: string): ForwardedCommand {
  try {
    return envelopeSchema.parse(JSON.parse(text)) as unknown as ForwardedCommand;
  } catch {
    throw problem('invalid_request', 'This is no forwarded command.');
  }
}

import { FORWARD_SIGNATURE_HEADER, type ForwardSigner } from '@threadlog/auth';
import { COMMANDS, FORWARD_PATH, type Command, type ForwardAnswer, type ForwardedCommand } from '@threadlog/commands';
import { LIMITS, problem } from '@threadlog/events';
import { contextOf, problemOf, requireJsonText, strictRouter, type JsonBounds } from '@threadlog/service';
import express, { type Request, type Router } from 'express';
import { z } from 'zod';
import { NOT_OWNER } from '../pipeline/job';
import type { LocalRouter } from './commandRouter';

/** A forwarded command carries its actor beside a body of at most 256 KiB. */
const MAX_FORWARDED_BYTES = 512 * 1024;
/** A body's, and those of the envelope and of an actor with many learners. */
const FORWARDED_BOUNDS: JsonBounds = { depth: LIMITS.jsonDepth + 8, values: 3 * LIMITS.jsonValues };

/** Takes commands from other processes of the cluster; belongs on the operations port. */
export function forwardEndpoint(router: LocalRouter, signer: ForwardSigner): Router {
  const routes = strictRouter();
  const readBytes = express.raw({ type: () => true, limit: MAX_FORWARDED_BYTES });
  routes.post(FORWARD_PATH, readBytes, async (request, response) => {
    const forwarded = commandIn(verified(request, signer));
    const answer = 'result' in forwarded ? forwarded : await carriedOut(forwarded, router);
    response.json(answer);
  });
  return routes;
}

async function carriedOut(forwarded: ForwardedCommand, router: LocalRouter): Promise<ForwardAnswer> {
  const { request, directGeneration, as } = forwarded;
  const outcome = as === 'owner' ? await router.executeHere(request, directGeneration) : await router.execute(request);
  return outcome === NOT_OWNER ? { notOwner: true } : { result: outcome };
}

/** The signature covers the exact bytes. */
function verified(request: Request, signer: ForwardSigner): Buffer {
  const received = { method: 'POST', path: FORWARD_PATH, body: request.body as unknown };
  if (!signer.verifyForward(received, request.get(FORWARD_SIGNATURE_HEADER)))
    throw problem('unauthorized', 'The signature is missing or wrong.');
  contextOf(request).counted = true;
  return received.body as Buffer;
}

/**
 * The command is parsed again: the sender may be of another version. What it is refused for here is its answer, since
 * nothing was appended; any other status would be an unknown outcome to the sender.
 */
function commandIn(bytes: Buffer): ForwardedCommand | Extract<ForwardAnswer, { result: unknown }> {
  requireJsonText(bytes, FORWARDED_BOUNDS);
  const forwarded = envelopeOf(bytes);
  const { type, input } = forwarded.request.command;
  if (!Object.hasOwn(COMMANDS, type)) throw problem('invalid_request', 'This instance does not know the command.');
  const parsed = COMMANDS[type].safeParse(input);
  if (!parsed.success) return { result: { ok: false, problem: problemOf(parsed.error)! } };
  return { ...forwarded, request: { ...forwarded.request, command: { type, input: parsed.data } as Command } };
}

const envelopeSchema = z.looseObject({
  request: z.looseObject({ command: z.looseObject({ type: z.string(), input: z.unknown() }) }),
});

/** Whoever signed it, what is no command is a refusal and no fault of ours. */
function envelopeOf(bytes: Buffer): ForwardedCommand {
  try {
    return envelopeSchema.parse(JSON.parse(bytes.toString())) as unknown as ForwardedCommand;
  } catch {
    throw problem('invalid_request', 'This is no forwarded command.');
  }
}

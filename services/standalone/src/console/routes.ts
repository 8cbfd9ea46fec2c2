import { operatorTokens, revealTokens } from '@threadlog/auth';
import type { Runtime } from '@threadlog/runtime';
import { mountRoutes, strictRouter, type Route } from '@threadlog/service';
import type { Router } from 'express';
import type { ConsoleDeps } from './deps';
import { operatorDoor } from './door';
import { createEventsOpener } from './events';
import { generationRoutes } from './generations/routes';
import { showHealth } from './health';
import { revealRecord } from './log/reveal';
import { listRecords, showRecord } from './log/routes';
import { consolePage } from './page';
import { discardOne, listStreams, replayStream, showRecords } from './quarantine';
import { showSession } from './session';
import { createThreadReadings } from './threads/readings';
import { showThread } from './threads/routes';

/** What operators may ask for and do, each with the command that does the same. */
export const operatorRoutes: readonly Route<ConsoleDeps>[] = [
  showSession,
  showHealth,
  listRecords,
  showRecord,
  revealRecord,
  showThread,
  ...generationRoutes,
  listStreams,
  showRecords,
  replayStream,
  discardOne,
];

/** The console and its routes, for the operations port; undefined where no token of an operator is set. */
export function consoleRoutes(
  runtime: Runtime,
  process: ConsoleDeps['process'],
  checkReplies = false,
): Router | undefined {
  const [tokens, revealing] = [operatorTokens(runtime.config), revealTokens(runtime.config)];
  if (tokens.length + revealing.length === 0) return undefined;
  const read = (secrets: readonly (() => string)[]) => secrets.map((secret) => secret());
  const admission = operatorDoor(read(tokens), read(revealing));
  const { database, log, messageStore, logger, sealing } = runtime;
  const { mayReveal } = admission;
  const events = createEventsOpener(runtime);
  return mountRoutes(strictRouter().use(consolePage()), operatorRoutes, {
    deps: {
      ...{ database, log, messageStore, logger, sealing, process, events, mayReveal },
      readThread: createThreadReadings(),
    },
    admission,
    checkReplies,
  });
}

import { operatorTokens } from '@threadlog/auth';
import type { Runtime } from '@threadlog/runtime';
import { mountRoutes, strictRouter, type Route } from '@threadlog/service';
import type { Router } from 'express';
import type { ConsoleDeps } from './deps';
import { operatorDoor } from './door';
import { showHealth } from './health';
import { consolePage } from './page';
import { discardOne, listStreams, replayStream, showRecords } from './quarantine';

/** What operators may ask for and do, each with the command that does the same. */
export const operatorRoutes: readonly Route<ConsoleDeps>[] = [
  showHealth,
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
  const tokens = operatorTokens(runtime.config).map((token) => token());
  if (tokens.length === 0) return undefined;
  const { database, log, messageStore, logger } = runtime;
  return mountRoutes(strictRouter().use(consolePage()), operatorRoutes, {
    deps: { database, log, messageStore, logger, process },
    admission: operatorDoor(tokens),
    checkReplies,
  });
}

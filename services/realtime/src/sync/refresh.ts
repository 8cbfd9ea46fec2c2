import { bearerToken, hasPermission, type Actor, type TokenVerifier } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import { frame, lostFrame, placeOf } from '../frames';
import type { Connection } from '../rooms/connection';
import type { Subscription } from '../rooms/connection';
import type { Seen } from '../rooms/seen';
import { withAccess } from './access';
import type { CatchUpDeps } from './catchUp';
import type { Joins } from './join';
import { eachLimited } from './limited';

export interface RefreshDeps extends Pick<CatchUpDeps, 'rooms' | 'dispatched' | 'reader' | 'settle' | 'limits'> {
  verifier: Pick<TokenVerifier, 'verify'>;
  joins: Pick<Joins, 'open'>;
  finish(subscription: Subscription): void;
  /** Counts for the socket's address that it gave a token that is not valid, and rejects with why. */
  unproven(connection: Connection, refusal: unknown): Promise<never>;
}

/**
 * Gives a socket the rights of a newer token of the same user. What the new rights hide is left before this resolves;
 * where it cannot be looked up, the socket is closed: it comes back with the new token and is asked for again.
 * Rejects with `unauthorized`, or `forbidden` for somebody else's token or one that may not read.
 */
export type Refresh = (connection: Connection, token: string) => Promise<void>;

export function createRefresh(deps: RefreshDeps): Refresh {
  const { rooms, limits, joins } = deps;

  async function review(connection: Connection, subscription: Subscription): Promise<void> {
    const { threadId } = subscription;
    await withAccess(deps, connection, threadId, (access) => {
      if (connection.subscriptions.get(threadId) !== subscription) return;
      if (!access) {
        rooms.end(subscription);
        connection.wire.emit(lostFrame(threadId, 'hidden'));
      } else if (!seesTheSame(access, subscription)) {
        // It sees another part of the history: what the client has is no base any more.
        const { subscription: place } = joins.open(connection, threadId, access, new Map());
        connection.wire.emit(frame('resync', { ...placeOf(threadId), seq: access.version }));
        deps.finish(place);
      }
    });
  }

  return async (connection, given) => {
    const proven = deps.verifier.verify(bearerToken(given) ?? given);
    const actor = await proven.catch((refusal: unknown) => deps.unproven(connection, refusal));
    const { actor: former } = connection;
    if (actor.tenantId !== former.tenantId || actor.id !== former.id) {
      throw problem('forbidden', 'The token is somebody else’s.');
    }
    if (!hasPermission(actor, 'chat:read')) throw problem('forbidden', 'The token does not allow reading.');
    connection.actor = actor;
    connection.watchExpiry();
    if (rightsOf(actor) === rightsOf(former)) return;
    try {
      const places = [...connection.subscriptions.values()];
      await eachLimited(places, limits.resumesAtOnce, (place) => review(connection, place));
    } catch (cause) {
      connection.wire.close();
      throw cause;
    }
  };
}

function seesTheSame(one: Seen, other: Seen): boolean {
  return one.visibleFrom === other.visibleFrom && one.visibleFromSeq === other.visibleFromSeq;
}

/** What access depends on, comparable. */
function rightsOf({ role, permissions, learnerScope }: Actor): string {
  const scope = learnerScope === '*' ? learnerScope : learnerScope.toSorted();
  return JSON.stringify([role, permissions.toSorted(), scope]);
}

import type { ChatEvent, Sealed, TenantId } from '@threadlog/events';
import { NOTHING_HIDDEN, type PresenterView, type Profiles } from '@threadlog/read-models';
import { SealingError, type Opener } from '@threadlog/sealing';
import { blobsIn, peopleIn } from './presenters';

/** What presenting needs and must be waited for: keys and profiles. */
export interface Views {
  /** One load for all of them. Rejects while the key store or the read model is away. */
  of(tenantId: TenantId, blobs: readonly Sealed[], people: Iterable<string>): Promise<PresenterView>;
  /** Views for presenting events, by tenant; one load a tenant. */
  forEvents(events: readonly ChatEvent[]): Promise<Map<TenantId, PresenterView>>;
  /** Opens what has no view of its own. */
  readonly opener: Opener;
  forgetProfile(tenantId: TenantId, userId: string): void;
  /** Lets go of destroyed keys: from this turn on nothing is opened with them, by views that were made before either. */
  forgetKeys(tenantId: TenantId, keyIds: readonly string[]): void;
}

export interface ViewsDeps {
  opener: Opener & { forget?(keyIds: readonly string[]): void };
  profiles: Profiles;
}

/**
 * Frames are encoded once for a whole room, so nobody in particular is looking; who does not see what a message replies to
 * gets a frame of its own (`rooms.ts`).
 */
const NOBODY = '';

/** Longer than anything that was prepared is used. */
const JUST_ERASED_MS = 60_000;

export function createViews({ opener: given, profiles }: ViewsDeps): Views {
  const erasedUntil = new Map<TenantId, number>();
  const opener = tolerant(given, (tenantId) => (erasedUntil.get(tenantId) ?? 0) > performance.now());
  const of: Views['of'] = async (tenantId, blobs, people) => {
    const [profile] = await Promise.all([profiles.of(tenantId, people), opener.prepare(tenantId, blobs)]);
    return { opener, profile, viewerId: NOBODY, hidden: NOTHING_HIDDEN };
  };
  return {
    of,
    opener,
    async forEvents(events) {
      const byTenant = Map.groupBy(events, (event) => event.tenant_id);
      const views = await Promise.all(
        [...byTenant].map(async ([tenantId, own]) => {
          const view = await of(tenantId, own.flatMap(blobsIn), own.flatMap(peopleIn));
          return [tenantId, view] as const;
        }),
      );
      return new Map(views);
    },
    forgetProfile: (tenantId, userId) => profiles.forget(tenantId, userId),
    forgetKeys(tenantId, keyIds) {
      given.forget?.(keyIds);
      const now = performance.now();
      for (const [known, until] of erasedUntil) if (until <= now) erasedUntil.delete(known);
      erasedUntil.set(tenantId, now + JUST_ERASED_MS);
    },
  };
}

/**
 * A key that was prepared and is not there any more was destroyed in between, where an erasure came by just now: the text
 * is shown as erased, and the rest of the event as it is.
 */
function tolerant(opener: Opener, wasErased: (tenantId: TenantId) => boolean): Opener {
  return {
    prepare: opener.prepare.bind(opener),
    whyNot: opener.whyNot.bind(opener),
    open(tenantId, blob, target) {
      try {
        return opener.open(tenantId, blob, target);
      } catch (error) {
        if (error instanceof SealingError && error.code === 'key_missing' && wasErased(tenantId)) return undefined;
        throw error;
      }
    },
  };
}

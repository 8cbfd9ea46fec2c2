import type { ChatEvent, Sealed, TenantId } from '@threadlog/events';
import type { PresenterView, Profiles } from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import { blobsIn, peopleIn } from './presenters';

/** What presenting needs and must be waited for: keys and profiles. */
export interface Views {
  /** One load for all of them. Rejects while the key store or the read model is away. */
  of(tenantId: TenantId, blobs: readonly Sealed[], people: Iterable<string>): Promise<PresenterView>;
  /** Views for presenting events, by tenant; one load a tenant. */
  forEvents(events: readonly ChatEvent[]): Promise<Map<TenantId, PresenterView>>;
  forgetProfile(tenantId: TenantId, userId: string): void;
}

/** Frames are encoded once for a whole room, so nobody in particular is looking. */
const NOBODY = '';

export function createViews({ opener, profiles }: { opener: Opener; profiles: Profiles }): Views {
  const of: Views['of'] = async (tenantId, blobs, people) => {
    const [profile] = await Promise.all([profiles.of(tenantId, people), opener.prepare(tenantId, blobs)]);
    return { opener, profile, viewerId: NOBODY };
  };
  return {
    of,
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
  };
}

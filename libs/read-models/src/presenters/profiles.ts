import { LRUCache } from 'lru-cache';
import type { TenantId } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import type { UserRow } from '../rows';
import { NO_PROFILE, openColumn, sealedBlobsOf, type Profile } from './view';

export type ProfileRow = Pick<UserRow, 'tenant_id' | 'user_id' | 'display_name' | 'avatar_url' | 'removed_at'>;

export interface ProfilesDeps {
  opener: Opener;
  /** Rows of these users, in any order; unknown ones are left out. */
  loadUsers(tenantId: TenantId, userIds: readonly string[]): Promise<ProfileRow[]>;
  /** Milliseconds a row is used before it is read again; 10 s by default. */
  maxAgeMs?: number;
  /** Most users remembered; 50,000 by default. */
  maxUsers?: number;
}

/** Profiles by user id, for `PresenterView.profile`. */
export type ProfileLookup = (userId: string) => Profile | undefined;

export interface Profiles {
  /** Profiles of these users, at most `maxAgeMs` old; the look-up knows only them. */
  of(tenantId: TenantId, userIds: Iterable<string>): Promise<ProfileLookup>;
  /** Forgets a user: after its profile changed or was erased. */
  forget(tenantId: TenantId, userId: string): void;
}

/**
 * Remembers user rows as they are stored, sealed: opening stays behind the opener, so an erasure that drops its keys
 * reaches this cache too. Users without a row are remembered as well, else every page would ask for them.
 */
export function createProfiles({ opener, loadUsers, maxAgeMs = 10_000, maxUsers = 50_000 }: ProfilesDeps): Profiles {
  const rows = new LRUCache<string, { row: ProfileRow | null }>({ max: maxUsers, ttl: maxAgeMs });
  const keyOf = (tenantId: TenantId, userId: string) => `${tenantId}/${userId}`;

  async function load(tenantId: TenantId, userIds: string[]): Promise<(ProfileRow | null)[]> {
    const found = new Map((await loadUsers(tenantId, userIds)).map((row) => [row.user_id, row]));
    return userIds.map((userId) => {
      const row = found.get(userId) ?? null;
      rows.set(keyOf(tenantId, userId), { row });
      return row;
    });
  }

  async function rowsOf(tenantId: TenantId, userIds: string[]): Promise<(ProfileRow | null)[]> {
    const missing: string[] = [];
    const remembered = userIds.map((userId) => {
      const entry = rows.get(keyOf(tenantId, userId));
      if (!entry) missing.push(userId);
      return entry?.row ?? null;
    });
    return missing.length > 0 ? [...remembered, ...(await load(tenantId, missing))] : remembered;
  }

  return {
    async of(tenantId, userIds) {
      const known = new Map<string, ProfileRow>();
      for (const row of await rowsOf(tenantId, [...new Set(userIds)])) {
        if (row && row.removed_at === null) known.set(row.user_id, row);
      }
      if (known.size > 0) await opener.prepare(tenantId, sealedBlobsOf(known.values()));
      return memoized((userId) => {
        const row = known.get(userId);
        return row && openProfile(row, opener);
      });
    },
    forget: (tenantId, userId) => void rows.delete(keyOf(tenantId, userId)),
  };
}

/** A profile in the clear; fields that no key opens any more are null. */
export function openProfile(row: ProfileRow, opener: Pick<Opener, 'open'>): Profile {
  if (row.display_name === null && row.avatar_url === null) return NO_PROFILE;
  const open = (text: string | null, field: string): string | null =>
    (openColumn(opener, text, { tenantId: row.tenant_id, streamType: 'user', streamId: row.user_id, field }) as
      string | null | undefined) ?? null;
  return { displayName: open(row.display_name, 'display_name'), avatarUrl: open(row.avatar_url, 'avatar_url') };
}

/** A page of fifty messages has few authors: each profile is opened once. */
function memoized(open: ProfileLookup): ProfileLookup {
  const opened = new Map<string, Profile | undefined>();
  return (userId) => {
    if (!opened.has(userId)) opened.set(userId, open(userId));
    return opened.get(userId);
  };
}

import { LRUCache } from 'lru-cache';
import type { TenantId } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import type { UserRow } from '../projections';
import { NO_PROFILE, openColumn, sealedBlobsOf, type Profile } from './view';

export type ProfileRow = Pick<UserRow, 'tenant_id' | 'user_id' | 'display_name' | 'avatar_url' | 'removed_at'>;

export interface ProfilesDeps {
  opener: Opener;
  /** Rows of these users, in any order; unknown ones are left out. */
  loadUsers(tenantId: TenantId, userIds: readonly string[]): Promise<ProfileRow[]>;
  /** Milliseconds for which a row is used; 800 by default, so that a new name is shown within a second. */
  maxAgeMs?: number;
  now?: () => number;
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

const MAX_AGE_MS = 800;
/** How long somebody is read so often who was forgotten: the read model may be behind what told of the change. */
const SETTLING_MS = 60_000;

/** A row as it was read; `renewing` while it is being read again. */
interface Remembered {
  row: ProfileRow | null;
  readAt: number;
  renewing: boolean;
}

/**
 * Remembers user rows as they are stored, sealed: opening stays behind the opener, so an erasure that drops its keys
 * reaches this cache too. Users without a row are remembered as well, else every page would ask for them.
 *
 * Rows past half their time are read again beside the request that finds them so: whoever is shown all the time costs
 * one read in that time, and nobody waits for it.
 */
export function createProfiles({ opener, loadUsers, ...options }: ProfilesDeps): Profiles {
  const { maxAgeMs = MAX_AGE_MS, maxUsers = 50_000, now = () => performance.now() } = options;
  const rows = new LRUCache<string, Remembered>({ max: maxUsers });
  const settling = createSettling(maxUsers, now);
  const keyOf = (tenantId: TenantId, userId: string) => `${tenantId}/${userId}`;

  async function load(tenantId: TenantId, userIds: string[]): Promise<(ProfileRow | null)[]> {
    // What is read was so when it was asked for, not when it came.
    const readAt = now();
    const found = new Map((await loadUsers(tenantId, userIds)).map((row) => [row.user_id, row]));
    return userIds.map((userId) => {
      const row = found.get(userId) ?? null;
      rows.set(keyOf(tenantId, userId), { row, readAt, renewing: false });
      return row;
    });
  }

  async function rowsOf(tenantId: TenantId, userIds: string[]): Promise<(ProfileRow | null)[]> {
    const missing: string[] = [];
    const aged: Remembered[] = [];
    const agedIds: string[] = [];
    const at = now();
    const remembered = userIds.map((userId) => {
      const key = keyOf(tenantId, userId);
      const entry = rows.get(key);
      const maxAge = settling.has(key) ? Math.min(maxAgeMs, MAX_AGE_MS) : maxAgeMs;
      if (!entry || at - entry.readAt >= maxAge) {
        missing.push(userId);
        return null;
      }
      if (at - entry.readAt >= maxAge / 2 && !entry.renewing) {
        aged.push(entry);
        agedIds.push(userId);
      }
      return entry.row;
    });
    if (aged.length > 0) renew(tenantId, agedIds, aged);
    return missing.length > 0 ? [...remembered, ...(await load(tenantId, missing))] : remembered;
  }

  /** A failure is found by whoever must wait for the rows, when these have run out. */
  function renew(tenantId: TenantId, userIds: string[], entries: readonly Remembered[]): void {
    for (const entry of entries) entry.renewing = true;
    void load(tenantId, userIds).catch(() => {
      for (const entry of entries) entry.renewing = false;
    });
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
    forget(tenantId, userId) {
      rows.delete(keyOf(tenantId, userId));
      settling.add(keyOf(tenantId, userId));
    },
  };
}

/** Who was forgotten a moment ago. */
function createSettling(max: number, now: () => number): { add(key: string): void; has(key: string): boolean } {
  const untils = new LRUCache<string, number>({ max });
  return {
    add: (key) => void untils.set(key, now() + SETTLING_MS),
    has(key) {
      const until = untils.get(key);
      if (until === undefined) return false;
      if (until <= now()) untils.delete(key);
      return until > now();
    },
  };
}

/** A profile in the clear; fields that no key opens any more are null. */
function openProfile(row: ProfileRow, opener: Pick<Opener, 'open'>): Profile {
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

import { ROLES, type Actor } from '@threadlog/auth';
import { ACTOR_TYPES, idSchema, tenantIdSchema, type TenantId } from '@threadlog/events';
import type { Sealing } from '@threadlog/sealing';
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Whose link it is, to which export, and until when. */
export interface DownloadLink {
  tenantId: TenantId;
  requestId: string;
  /** Who was given the link: whatever is downloaded by it is put down to this actor. */
  actor: Pick<Actor, 'id' | 'type' | 'role'>;
  /** Seconds since the epoch. */
  expiresAt: number;
}

/** Path of downloads by link, below `BASE_PATH`. */
export const DOWNLOADS_PATH = '/api/v1/privacy/downloads';

/** A token of a link: what it says, and a code over that under the tenant's key. Bounded, so that nobody parses more. */
export const downloadTokenSchema = z
  .string()
  .max(1_024)
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/, 'must be the token of a download link');

const PURPOSE = 'export-link';
const claimsSchema = z.tuple([tenantIdSchema, idSchema, z.int().min(0), idSchema, z.enum(ACTOR_TYPES), z.enum(ROLES)]);

export interface NewDownloadLink extends Omit<DownloadLink, 'expiresAt'> {
  /** How long it works, in milliseconds from now. */
  lifetimeMs: number;
  /** When the file goes, if that is earlier: ISO 8601. */
  until: string;
  basePath: string;
}

type LinkSealing = Pick<Sealing, 'prepareTenant' | 'tenantHmac'>;

/**
 * A link that opens an export without a bearer token until it expires. Who has it has the file, so it is made only for
 * an actor who may download it. Rejects with problem `subject_erased` where the tenant's key is destroyed.
 */
export async function createDownloadLink(
  sealing: LinkSealing,
  { tenantId, requestId, actor, lifetimeMs, until, basePath }: NewDownloadLink,
): Promise<{ url: string; expiresAt: string }> {
  const expires = Math.floor(Math.min(Date.now() + lifetimeMs, Date.parse(until)) / 1_000);
  const claims = [tenantId, requestId, expires, actor.id, actor.type, actor.role];
  const said = Buffer.from(JSON.stringify(claims)).toString('base64url');
  await sealing.prepareTenant(tenantId);
  const token = `${said}.${sealing.tenantHmac(tenantId, PURPOSE, said)}`;
  return { url: `${basePath}${DOWNLOADS_PATH}/${token}`, expiresAt: new Date(expires * 1_000).toISOString() };
}

/** What a token says; null where it says nothing. Nobody has vouched for it yet: see `isGenuineLink`. */
export function readDownloadLink(token: string): DownloadLink | null {
  const [said = ''] = token.split('.');
  const parsed = claimsSchema.safeParse(parseJson(Buffer.from(said, 'base64url').toString()));
  if (!parsed.success) return null;
  const [tenantId, requestId, expiresAt, id, type, role] = parsed.data;
  return { tenantId, requestId, actor: { id, type, role }, expiresAt };
}

/**
 * Whether we made the token. Ask only for tenants that exist: looking for a key makes one. Rejects with problem
 * `subject_erased` where the tenant's key is destroyed.
 */
export async function isGenuineLink(sealing: LinkSealing, token: string, tenantId: TenantId): Promise<boolean> {
  const [said = '', code = ''] = token.split('.');
  await sealing.prepareTenant(tenantId);
  const expected = Buffer.from(sealing.tenantHmac(tenantId, PURPOSE, said));
  const given = Buffer.from(code);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

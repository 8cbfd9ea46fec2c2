import { problem, tenantIdInputSchema, type ProblemError, type TenantId } from '@threadlog/events';
import { PERMISSIONS, type Actor, type Permission, type Role } from '../actor';
import { isMappedId, personIdSchema } from '../personIds';
import { ROLE_PERMISSIONS } from '../policy';
import type { IssuerSettings, TokenSettings } from './settings';

export type Claims = Readonly<Record<string, unknown>>;

/** Longest list of learners that a token may carry. */
const MAX_LEARNERS = 10_000;

/** Of several roles in one token the first of these counts: the more specific before the more general. */
const PRECEDENCE: readonly Role[] = ['admin', 'teacher', 'agent', 'auditor', 'guardian', 'learner', 'user'];

/**
 * The actor of verified claims, in the spellings of every kind of client: `sub`, `externalUserId`, `user_id`, `userId`
 * (all that are there must agree), `tenant_id`, `tenantId`, `role`, `roles`, `permissions`, `learner_ids`,
 * `learner_scope`. Throws problem `unauthorized`, whose detail names a claim and never its value.
 */
export function actorOf(claims: Claims, issuer: IssuerSettings, settings: TokenSettings): Actor {
  const role = roleOf(claims, settings.defaultRole);
  return Object.freeze<Actor>({
    tenantId: tenantOf(claims, issuer, settings),
    id: userIdOf(claims),
    type: role === 'agent' ? 'agent' : 'user',
    role,
    permissions: permissionsOf(claims, role),
    learnerScope: learnerScopeOf(claims),
    expiresAt: expiryOf(claims),
  });
}

function userIdOf(claims: Claims): string {
  const id = agreed(claims, ['sub', 'externalUserId', 'user_id', 'userId']);
  if (id === undefined) throw refused('The token names no user.');
  const named = personIdSchema.safeParse(id);
  if (!named.success || isMappedId(id)) throw refused('The token names a user whose id is not allowed.');
  return named.data;
}

/** The claim; else the issuer's tenant, if it has but one; else the default. The issuer must be allowed to speak for it. */
function tenantOf(claims: Claims, issuer: IssuerSettings, { defaultTenant }: TokenSettings): TenantId {
  const only = issuer.tenants !== '*' && issuer.tenants.length === 1 ? issuer.tenants[0] : undefined;
  const named = agreed(claims, ['tenant_id', 'tenantId']) ?? only ?? defaultTenant;
  if (named === null) throw refused('The token names no tenant.');
  const tenant = tenantIdInputSchema.safeParse(named);
  if (!tenant.success) throw refused('The token names a tenant whose id is not allowed.');
  if (issuer.tenants !== '*' && !issuer.tenants.includes(tenant.data))
    throw refused('The issuer of the token does not speak for its tenant.');
  return tenant.data;
}

/** A role that is not known here says nothing: tokens shared with other systems carry those systems' roles. */
function roleOf(claims: Claims, defaultRole: Role): Role {
  const named = new Set([...strings(claims, 'role'), ...strings(claims, 'roles')].map((role) => role.toLowerCase()));
  return PRECEDENCE.find((role) => named.has(role)) ?? defaultRole;
}

/** Where the token lists permissions, they replace the role's, even when none of them is known here. */
function permissionsOf(claims: Claims, role: Role): Permission[] {
  const listed = claims.permissions === undefined ? ROLE_PERMISSIONS[role] : strings(claims, 'permissions');
  return Object.freeze(PERMISSIONS.filter((permission) => listed.includes(permission))) as Permission[];
}

function learnerScopeOf(claims: Claims): '*' | string[] {
  const listed = [...strings(claims, 'learner_ids'), ...strings(claims, 'learner_scope')];
  if (listed.includes('*')) return '*';
  if (listed.length > MAX_LEARNERS) throw refused('The token lists too many learners.');
  // No thread can have a learner of another form, so such an id gives no right.
  return Object.freeze([...new Set(listed.flatMap((id) => personIdSchema.safeParse(id).data ?? []))]) as string[];
}

function expiryOf({ exp }: Claims): number {
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw refused('The token has no expiry.');
  return exp;
}

/** The value of a claim with several spellings; undefined when there is none. Throws where two differ. */
function agreed(claims: Claims, names: readonly string[]): string | undefined {
  const values = new Set(names.flatMap((name) => scalar(claims, name) ?? []));
  if (values.size > 1) throw refused(`The claims ${names.join(', ')} of the token do not agree.`);
  return [...values][0];
}

function scalar(claims: Claims, name: string): string | undefined {
  const value = claims[name];
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  if (Number.isSafeInteger(value)) return String(value);
  throw refused(`The claim ${name} of the token is malformed.`);
}

/** A list, or its entries in one string, separated by blanks or commas. */
function strings(claims: Claims, name: string): string[] {
  const value = claims[name];
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value.split(/[\s,]+/).filter((part) => part !== '');
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value;
  throw refused(`The claim ${name} of the token is malformed.`);
}

function refused(detail: string): ProblemError {
  return problem('unauthorized', detail);
}

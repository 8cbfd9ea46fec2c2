import { ChatError } from '../errors.ts';
import { claimsOf } from '../http/tokens.ts';
import type { Outbox } from '../live/outbox.ts';

/** The spellings that the server takes. */
const USER = ['sub', 'externalUserId', 'user_id', 'userId'];
const TENANT = ['tenant_id', 'tenantId'];

function agrees(claims: Record<string, unknown>, names: readonly string[], value: string): boolean {
  return names.every((name) => claims[name] === undefined || String(claims[name]) === value);
}

/** Whether a token is not of somebody else than this owner; one that says nothing contradicts nothing. */
export function isOwned({ tenantId, userId }: Pick<Outbox, 'tenantId' | 'userId'>, token: string): boolean {
  const claims = claimsOf(token);
  return claims === null || (agrees(claims, USER, userId) && agrees(claims, TENANT, tenantId));
}

export const wrongUser = () => new ChatError('wrong_user', 'The token is of another user than the one who wrote this.');

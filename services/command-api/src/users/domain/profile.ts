import { NOT_THERE } from '@threadlog/events';
import { hasPermission } from '@threadlog/auth';
import type { Decide, Refusal, Passed } from '../../threads/domain/decision';
import { happened, refuse, UNCHANGED } from '../../threads/domain/decision';
import type { DecisionContext } from '../../decider';
import { personIsFree } from '../../tenants/domain/held';

/** Takes over a profile from the tenant's own user directory. Sealed text cannot be compared: every call is a change. */
export const syncUser: Decide<'user.sync'> = (input, _state, context) => {
  const refusal = mayKeepProfiles(context);
  if (refusal) return refusal;
  const { userId: user_id, displayName: display_name, avatarUrl: avatar_url, email, metadata } = input;
  return happened({ type: 'CHAT_USER_SYNCED', data: { user_id, display_name, avatar_url, email, metadata } });
};

/** Forgets a profile; memberships stay, as those of a removed user. */
export const removeUser: Decide<'user.remove'> = (input, state, context) => {
  const refusal = mayKeepProfiles(context);
  if (refusal) return refusal;
  if (!state.user) return refuse(NOT_THERE.code, NOT_THERE.detail);
  if (state.user.removed_at !== null) return UNCHANGED;
  const held = personIsFree(input.userId, context);
  if (held) return held;
  return happened({ type: 'CHAT_USER_REMOVED', data: { user_id: input.userId } });
};

function mayKeepProfiles({ actor }: DecisionContext): Refusal | Passed {
  return hasPermission(actor, 'chat:admin') ? undefined : refuse('forbidden', 'profiles are kept by the internal API');
}

import { userRemove } from '@threadlog/commands';
import { NOT_THERE } from '@threadlog/events';
import { happened, refuse, UNCHANGED } from '../decision';
import { ofUser, writer } from '../common';
import { defineCommand } from '../define';
import { personIsFree } from '../held';
import { mayKeepProfiles } from './rules';

/** Forgets a profile; memberships stay, as those of a removed user. */
export const removeUser = defineCommand(userRemove, {
  stream: ofUser,
  people: writer,
  refusals: ['legal_hold'],
  decide(input, state, context) {
    const refusal = mayKeepProfiles(context);
    if (refusal) return refusal;
    if (!state.user) return refuse(NOT_THERE.code, NOT_THERE.detail);
    if (state.user.removed_at !== null) return UNCHANGED;
    const held = personIsFree(input.userId, context);
    if (held) return held;
    return happened({ type: 'CHAT_USER_REMOVED', data: { user_id: input.userId } });
  },
});

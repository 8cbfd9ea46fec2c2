import { userSync } from '@threadlog/commands';
import { happened } from '../decision';
import { ofUser, writer } from '../common';
import { defineCommand } from '../define';
import { mayKeepProfiles } from './rules';

/** Takes over a profile from the tenant's own user directory. Sealed text cannot be compared: every call is a change. */
export const syncUser = defineCommand(userSync, {
  stream: ofUser,
  people: writer,
  seals: ({ userId }, { actor }) => ({
    tenantId: actor.tenantId,
    threadId: null,
    authorId: userId,
    month: null,
    learnerId: null,
  }),
  refusals: ['subject_erased'],
  decide(input, _state, context) {
    const refusal = mayKeepProfiles(context);
    if (refusal) return refusal;
    const { userId: user_id, displayName: display_name, avatarUrl: avatar_url, email, metadata } = input;
    return happened({ type: 'CHAT_USER_SYNCED', data: { user_id, display_name, avatar_url, email, metadata } });
  },
});

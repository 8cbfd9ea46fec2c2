import type { Command } from '@threadlog/commands';
import type { Decision, DecisionContext, StreamState } from '../../decider';
import { createThread } from './create';
import type { Deciders } from './decision';
import { deleteMessage } from './deleteMessage';
import { deleteThread } from './deleteThread';
import { editMessage } from './edit';
import { addParticipant, changeParticipantRole, removeParticipant } from './participants';
import { pinMessage, unpinMessage } from './pins';
import { tellNewest } from './newest';
import { postMessage } from './post';
import { addReaction, removeReaction } from './reactions';
import { eraseThread, scrubMessages, scrubSettings } from './scrub';
import { updateThread } from './settings';
import { reportPrivacy } from '../../privacy/domain/report';
import { cancelDeletion, readmitSubject, requestDeletion, requestExport } from '../../privacy/domain/requests';
import { beginErasure, endErasure, releaseHold, setHold } from '../../tenants/domain/holds';
import { setRetention } from '../../tenants/domain/retention';
import { removeUser, syncUser } from '../../users/domain/profile';
import { changePreferences, readThread } from '../../users/domain/reading';

/** Who decides which command. */
export const DECIDERS: Deciders = {
  'thread.create': createThread,
  'thread.update': updateThread,
  'thread.delete': deleteThread,
  'message.post': postMessage,
  'message.edit': editMessage,
  'message.delete': deleteMessage,
  'participant.add': addParticipant,
  'participant.remove': removeParticipant,
  'participant.changeRole': changeParticipantRole,
  'reaction.add': addReaction,
  'reaction.remove': removeReaction,
  'message.pin': pinMessage,
  'message.unpin': unpinMessage,
  'thread.newest': tellNewest,
  'thread.read': readThread,
  'thread.preferences': changePreferences,
  'user.sync': syncUser,
  'user.remove': removeUser,
  'privacy.export': requestExport,
  'privacy.delete': requestDeletion,
  'privacy.cancel': cancelDeletion,
  'privacy.readmit': readmitSubject,
  'privacy.report': reportPrivacy,
  'tenant.hold': setHold,
  'tenant.releaseHold': releaseHold,
  'tenant.retention': setRetention,
  'tenant.beginErasure': beginErasure,
  'tenant.endErasure': endErasure,
  'thread.scrub': scrubMessages,
  'thread.scrubSettings': scrubSettings,
  'thread.erase': eraseThread,
};

/** Decides any command about a thread. Pure: the same command on the same state in the same context decides the same. */
export function decide(command: Command, state: StreamState, context: DecisionContext): Decision {
  // The map ties every type to its own input; the compiler cannot follow that through the union.
  const decideOne = DECIDERS[command.type] as (input: unknown, ...rest: [StreamState, DecisionContext]) => Decision;
  return decideOne(command.input, state, context);
}

export { senderType } from './post';
export { isRefusal, viewThread, type View } from './policies';

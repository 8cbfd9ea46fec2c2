import { may } from '@threadlog/auth';
import type { CommandInput } from '@threadlog/commands';
import type { ClearData } from '@threadlog/events';
import type { Decision, DecisionContext, ThreadState } from '../../decider';
import { createSubThread } from './createSubThread';
import { happened, refuse, refuseField, UNCHANGED, type Decide, type Passed, type Refusal } from './decision';
import { activeParticipants, forbidden } from './policies';

type Input = CommandInput<'thread.create'>;
type Participants = ClearData<'CHAT_THREAD_CREATED'>['participants'];

/** Creates a thread with its creator as owner. A direct conversation that exists already is taken up again. */
export const createThread: Decide<'thread.create'> = (input, state, context) => {
  if (input.parentThreadId !== null) return createSubThread(input, state, context);
  const participants = firstParticipants(input, context);
  const refusal = mayCreate(input, context) ?? isSound(input, participants, context);
  if (refusal) return refusal;
  if (state.thread) return takeUp(state, participants, context);
  return happened({
    type: 'CHAT_THREAD_CREATED',
    data: {
      thread_id: context.newId,
      type: input.type,
      channel: input.channel,
      learner_id: input.learnerId,
      title: input.title,
      metadata: input.metadata,
      parent_thread_id: null,
      root_message_id: null,
      participants,
    },
  });
};

function firstParticipants(input: Input, context: DecisionContext): Participants {
  const others = new Set(input.participantIds);
  others.delete(context.actor.id);
  return [
    { user_id: context.actor.id, role: 'owner' },
    ...[...others].map((user_id) => ({ user_id, role: 'member' as const })),
  ];
}

function mayCreate(input: Input, context: DecisionContext): Refusal | Passed {
  const { tenantId } = context.actor;
  const subject = { tenantId, learnerId: input.learnerId, participant: null, createdBy: null, beginsAtSeq: null };
  return may(context.actor, 'thread.create', subject) ? undefined : forbidden('thread.create');
}

function isSound(input: Input, participants: Participants, context: DecisionContext): Refusal | Passed {
  if (input.rootMessageId !== null) {
    return refuseField('/rootMessageId', 'unexpected', 'needs a parentThreadId');
  }
  if (input.type === 'direct' && participants.length !== 2) {
    return refuseField(
      '/participantIds',
      'two_people',
      'a direct conversation has exactly two people, the caller included',
    );
  }
  const { maxParticipants } = context.limits;
  if (participants.length <= maxParticipants) return undefined;
  return refuseField('/participantIds', 'too_many', `a thread has at most ${maxParticipants} participants`);
}

/** A direct conversation's id is its pair's, so creating it again means this one; whoever left comes back. */
function takeUp(state: ThreadState, pair: Participants, context: DecisionContext): Decision {
  const { thread } = state;
  if (thread?.type !== 'direct' || thread.deleted_at) return refuse('conflict', 'this thread has been created before');
  const ownerless = !activeParticipants(state).some((row) => row.role === 'owner');
  const [first, ...rest] = pair
    .flatMap(({ user_id }) => state.participants.get(user_id) ?? [])
    .filter((row) => row.removed_at !== null)
    .map(({ user_id, visible_from_index, visible_from_version }) => ({
      type: 'CHAT_PARTICIPANT_ADDED' as const,
      data: {
        thread_id: thread.thread_id,
        user_id,
        role: ownerless && user_id === context.actor.id ? ('owner' as const) : ('member' as const),
        visible_from_index,
        visible_from_version,
      },
    }));
  return first ? happened(first, ...rest) : UNCHANGED;
}

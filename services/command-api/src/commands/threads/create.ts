import { may, type Actor } from '@threadlog/auth';
import { threadCreate, type CommandInput } from '@threadlog/commands';
import { rootThreadId, type ClearData } from '@threadlog/events';
import {
  happened,
  refuse,
  refuseField,
  UNCHANGED,
  type Decision,
  type Check,
  type SeenThread,
  type ThreadContext,
} from '../decision';
import { ifNamed, settingsKeys, wholeThread, writer } from '../common';
import { defineCommand, type Naming } from '../define';
import { activeParticipants, forbidden } from '../policies';
import { createSubThread } from './createSubThread';

type Input = CommandInput<'thread.create'>;
type Participants = ClearData<'CHAT_THREAD_CREATED'>['participants'];

/** Creates a thread with its creator as owner. A direct conversation that exists already is taken up again. */
export const createThread = defineCommand(threadCreate, {
  stream: {
    type: 'thread',
    begins: {
      id: newThreadId,
      // The pair's conversation was deleted: the next one is theirs.
      isTaken: (input, { code }) => isOfPair(input) && code === 'conflict',
    },
  },
  // A sub-thread branches off a message of its root.
  reads: ({ rootMessageId }) => ifNamed(rootMessageId),
  readsFrom: 'root',
  people: ({ learnerId, participantIds }, actor) => [...writer(null, actor), ...ifNamed(learnerId), ...participantIds],
  seals: (input, sealing) => settingsKeys(sealing, learnerOf(input, sealing.learnerId)),
  learner: learnerOf,
  refusals: ['conflict', 'thread_closed', 'subject_erased'],
  decide(input, state, context) {
    if (input.parentThreadId !== null) return createSubThread(input, state, context);
    const participants = firstParticipants(input, context);
    const refusal = mayCreate(input, context) ?? isSound(input, participants, context);
    if (refusal) return refusal;
    if (state.thread) return takeUp(state, participants, context);
    return created(input, participants, context);
  },
  shows: (_input, answer) => wholeThread(answer, answer.changed && !answer.replayed),
  made: (firstEvent) => firstEvent === 'CHAT_THREAD_CREATED',
});

/** A thread's id is made of its creator and key, a direct conversation's of its pair. */
function newThreadId(input: Input, actor: Actor, { idempotencyKey, generation, derivedId }: Naming): string {
  const { parentThreadId, participantIds } = input;
  if (isOfPair(input)) {
    const pair = [...new Set([actor.id, ...participantIds])].sort();
    return derivedId(['direct', ...pair, generation]);
  }
  const id = derivedId(['thread', actor.id, parentThreadId, idempotencyKey]);
  return parentThreadId === null ? id : `${rootThreadId(parentThreadId)}~${id.replaceAll('-', '')}`;
}

function isOfPair({ parentThreadId, type }: Input): boolean {
  return parentThreadId === null && type === 'direct';
}

/** A sub-thread's learner is its root's. */
function learnerOf({ parentThreadId, learnerId }: Input, known: string | null): string | null {
  return parentThreadId === null ? learnerId : known;
}

function created(input: Input, participants: Participants, context: ThreadContext): Decision {
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
}

function firstParticipants(input: Input, context: ThreadContext): Participants {
  const others = new Set(input.participantIds);
  others.delete(context.actor.id);
  return [
    { user_id: context.actor.id, role: 'owner' },
    ...[...others].map((user_id) => ({ user_id, role: 'member' as const })),
  ];
}

function mayCreate(input: Input, context: ThreadContext): Check {
  const { tenantId } = context.actor;
  const subject = { tenantId, learnerId: input.learnerId, participant: null, createdBy: null, beginsAtSeq: null };
  return may(context.actor, 'thread.create', subject) ? undefined : forbidden('thread.create');
}

function isSound(input: Input, participants: Participants, context: ThreadContext): Check {
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
function takeUp(state: SeenThread, pair: Participants, context: ThreadContext): Decision {
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

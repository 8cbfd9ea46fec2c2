import { foldParticipant, foldThread, presentThread } from '@threadlog/read-models';
import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

/** The event says all there is about a thread this young. A sub-thread's people are its root's: it lists none. */
export const threadCreated: Presenter<'CHAT_THREAD_CREATED'> = {
  people: (event) => event.data.participants.map(({ user_id }) => user_id),
  frames(event, view) {
    const thread = foldThread(null, event);
    if (!thread) return [];
    const participants = event.data.participants.flatMap(
      ({ user_id }) => foldParticipant(null, event, user_id, null) ?? [],
    );
    const resource = presentThread({ thread, participants, visibleFrom: 1 }, view);
    const place = { ...placeOf(event.stream_id), seq: event.stream_version };
    if (thread.parent_thread_id !== null) return [frame('thread:created', { ...place, thread: resource })];
    return [frame('conversation:created', { ...place, conversation: resource })];
  },
};

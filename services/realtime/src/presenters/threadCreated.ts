import { foldParticipant, foldThread, presentThread } from '@threadlog/read-models';
import { frame, placeOf } from '../frames';
import type { Presenter } from './define';

/** The event says all there is about a thread this young. Sub-threads have frames of their own. */
export const threadCreated: Presenter<'CHAT_THREAD_CREATED'> = {
  people: (event) => event.data.participants.map(({ user_id }) => user_id),
  frames(event, view) {
    const thread = foldThread(null, event);
    if (!thread || thread.parent_thread_id !== null) return [];
    const participants = event.data.participants.flatMap(({ user_id }) => foldParticipant(null, event, user_id) ?? []);
    const conversation = presentThread({ thread, participants }, view);
    return [frame('conversation:created', { ...placeOf(event.stream_id), seq: event.stream_version, conversation })];
  },
};

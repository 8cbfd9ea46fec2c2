import type { JsonObject } from '@threadlog/events';
import { shownText } from '@threadlog/read-models';
import { frame, placeOf } from '../frames';
import type { Presenter } from './define';
import { readField } from './openField';

/** Only what changed is there. */
export const threadUpdated: Presenter<'CHAT_THREAD_UPDATED'> = {
  frames(event, view) {
    const erased = event.data.reason === 'privacy';
    const title = readField<string>(event, 'title', view, erased);
    const metadata = readField<JsonObject>(event, 'metadata', view, erased);
    return [
      frame('conversation:updated', {
        ...placeOf(event.stream_id),
        seq: event.stream_version,
        ...(title && { title: shownText(title), ...(title.state !== null && { titleState: title.state }) }),
        ...(metadata && {
          metadata: metadata.value,
          ...(metadata.state !== null && { metadataState: metadata.state }),
        }),
        ...(!erased && { updatedAt: event.timestamp }),
      }),
    ];
  },
};

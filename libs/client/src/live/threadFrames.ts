import { applyFrame } from './applyFrame.ts';
import { withoutRun, withRun, withText } from './drafts.ts';
import { threadOf, type Frame, type FrameName, type Frames } from './frames.ts';
import { rootOf } from './ids.ts';
import type { ThreadParts } from './threadParts.ts';

/** An ended draft is shown so long, until its message comes. */
const ENDED_DRAFT_MS = 5000;

/** Nothing of a thread is shown that is not the reader's any more. */
export function gone(parts: ThreadParts, error: ThreadParts['error']): void {
  parts.sync.stop();
  parts.typing.clear();
  [parts.data, parts.status, parts.error, parts.drafts] = [null, 'gone', error, []];
  parts.store.changed();
}

export function received(parts: ThreadParts, frame: Frame): void {
  const place = threadOf(frame);
  if (frame.name === 'user:erased' && parts.data) {
    parts.data = applyFrame(parts.data, frame);
    return parts.store.changed();
  }
  const { threadId } = parts;
  if (frame.name === 'conversation:deleted' && (place === threadId || place === rootOf(threadId)))
    return gone(parts, null);
  if (place !== threadId) return;
  (BESIDE[frame.name] as ((parts: ThreadParts, payload: unknown) => void) | undefined)?.(parts, frame.payload);
  parts.sync.frame(frame);
}

type Beside = { [Name in FrameName]?: (parts: ThreadParts, payload: Frames[Name]) => void };

/** What frames bring besides their place in the thread. */
const BESIDE: Beside = {
  'user:typing': (parts, { userId, isTyping }) => {
    if (userId !== parts.core.connection.me) parts.typing.set(userId, isTyping);
  },
  'message:new': (parts, message) => {
    parts.typing.set(message.senderId, false);
    if (message.senderId === parts.core.connection.me) parts.outgoing.arrived(message);
    if (message.run) draft(parts, withoutRun(parts.drafts, message.run.runId));
  },
  'agent:run': (parts, run) => {
    draft(parts, withRun(parts.drafts, run));
    if (run.state === 'ended')
      parts.endings.set(run.runId, ENDED_DRAFT_MS, () => draft(parts, withoutRun(parts.drafts, run.runId)));
  },
  'agent:text': (parts, text) => draft(parts, withText(parts.drafts, text)),
  'conversation:created': (parts, { seq }) => {
    if (seq <= (parts.data?.seq ?? 0)) return;
    // It was lost and is back: this stands for all that was held of it.
    [parts.data, parts.status] = [null, 'connecting'];
    parts.sync.start(true);
  },
};

function draft(parts: ThreadParts, drafts: ThreadParts['drafts']): void {
  if (drafts === parts.drafts) return;
  parts.drafts = drafts;
  parts.store.changed();
}

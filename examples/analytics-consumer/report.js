/**
 * What a feed comes to: messages by learner, day and kind of sender, and threads that were opened and closed. Plain
 * data in, plain data out; an event that was taken in once changes nothing when it comes again.
 */
export function createReport() {
  const seen = new Set();
  const messages = { learner: new Map(), day: new Map(), sender: new Map() };
  const threads = { opened: 0, closed: 0 };
  const counts = { events: 0, repeated: 0 };

  /** What each event type means here; others are counted and that is all. */
  const takes = {
    CHAT_MESSAGE_CREATED({ learner_id, timestamp, data }) {
      add(messages.learner, learner_id ?? '(none)');
      add(messages.day, timestamp.slice(0, 10));
      add(messages.sender, data.sender_type);
    },
    CHAT_THREAD_CREATED: () => void (threads.opened += 1),
    CHAT_THREAD_DELETED: () => void (threads.closed += 1),
  };

  return {
    /**
     * Takes one event in. Delivery is at least once: the id, from the header `event_id`, tells repetitions.
     * A consumer that keeps its results stores them together with its offsets, and the ids of the last few days.
     */
    take(eventId, event) {
      if (seen.has(eventId)) return void (counts.repeated += 1);
      seen.add(eventId);
      counts.events += 1;
      takes[event.event_type]?.(event);
    },
    /** Rows of the report: what is counted, of which group, how often. */
    rows() {
      const counted = Object.entries(messages).flatMap(([by, groups]) =>
        [...groups].sort(byName).map(([group, count]) => ({ what: `messages by ${by}`, group, count })),
      );
      return [
        ...counted,
        { what: 'threads', group: 'opened', count: threads.opened },
        { what: 'threads', group: 'closed', count: threads.closed },
      ];
    },
    counts,
  };
}

function add(groups, group) {
  groups.set(group, (groups.get(group) ?? 0) + 1);
}

function byName([one], [other]) {
  return one < other ? -1 : 1;
}

import RequestQueue from 'kafkajs/src/network/requestQueue';

/**
 * A request queue of kafkajs 2.2.4 re-arms its check timer even with nothing pending, with a negative delay: every connection,
 * a closed one too, wakes the process each millisecond, and Node 24 warns of it. A check is only needed while requests are
 * held back.
 */
export function quietIdleConnections(): void {
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}

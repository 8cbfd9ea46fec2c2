import RequestQueue from 'kafkajs/src/network/requestQueue';

let done = false;

/**
 * Keeps idle connections asleep. In kafkajs 2.2.4 a request queue re-arms its check timer even with nothing pending,
 * with a negative delay: every connection wakes the process each millisecond, and Node 24 warns of it. A check is only
 * needed while requests are held back, which is what every caller but the timer itself checks.
 */
export function quietIdleConnections(): void {
  if (done) return;
  done = true;
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}

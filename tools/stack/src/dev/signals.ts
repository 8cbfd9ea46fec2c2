/**
 * Aborts on Ctrl-C, SIGTERM, a closed terminal, and when the process that started us is gone. A second Ctrl-C ends this
 * process at once; the servers notice by themselves and follow.
 */
export const stopRequested = (report: (line: string) => void): AbortSignal => {
  const controller = new AbortController();
  const request = (reason: string) => {
    if (controller.signal.aborted) return;
    report('Stopping ...');
    controller.abort(reason);
  };
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    request('SIGINT');
  });
  process.on('SIGTERM', () => request('SIGTERM'));
  process.on('SIGHUP', () => request('SIGHUP'));
  process.on('disconnect', () => request('the launcher is gone'));
  return controller.signal;
};

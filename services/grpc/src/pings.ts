import type { ServerHttp2Session } from 'node:http2';
import type { GrpcLimits } from './limits';

const WINDOW_MS = 10_000;

/** Counts a connection's pings: each is answered, so a flood of them is work for nothing. */
export function countPings(
  session: Pick<ServerHttp2Session, 'on'>,
  { pingsPerTenSeconds }: Pick<GrpcLimits, 'pingsPerTenSeconds'>,
  tooMany: () => void,
): void {
  let since = performance.now();
  let pings = 0;
  session.on('ping', () => {
    const now = performance.now();
    if (now - since > WINDOW_MS) [since, pings] = [now, 0];
    pings += 1;
    if (pings === pingsPerTenSeconds + 1) tooMany();
  });
}

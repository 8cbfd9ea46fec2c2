/** Longer waits than a day are not asked for by a server that is well. */
const MOST_MS = 24 * 3_600_000;

/** What `Retry-After` asks for, in seconds or until a date of the server's clock; undefined where it says nothing. */
export function retryAfterOf(headers: Headers): number | undefined {
  const said = headers.get('retry-after')?.trim();
  if (!said) return undefined;
  const seconds = Number(said);
  const date = Date.parse(headers.get('date') ?? '');
  const ms = Number.isNaN(seconds) ? Date.parse(said) - (Number.isNaN(date) ? Date.now() : date) : seconds * 1000;
  return Number.isNaN(ms) || seconds < 0 ? undefined : Math.min(Math.max(0, ms), MOST_MS);
}

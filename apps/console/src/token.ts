/**
 * The token that a link carried in its fragment, which no server is sent; null where there was none. The fragment is taken out
 * of the address at once, so that it stands in no history and is copied with no link.
 */
export function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return token;
}

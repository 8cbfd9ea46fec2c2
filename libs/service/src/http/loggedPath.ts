import type { RequestContext } from './requestContext';

/** Parameters that are ids, and stand in other lines and events as well. Whatever else a path carries may be a secret. */
const SHOWN = /^(?:\w+Id|emoji)$/;
const PARAMETER = /\{(\w+)\}/g;
/** Longer than any id. */
const MAX_VALUE = 200;

/**
 * The path of a request as log lines have it, never with anything secret in it: no query, and of the path either the
 * matched route's template with the ids it names, or, where no route was matched (another method, case, encoding, one slash
 * more), only what looks like the words that paths are made of. Nothing that a client sends is logged because nobody
 * thought of it: a new parameter is left out unless its name says that it is an id.
 */
export function loggedPath({ route, params }: Pick<RequestContext, 'route' | 'params'>, url: string): string {
  if (route === undefined) return wordsOf(url);
  return route.replace(PARAMETER, (placeholder, name: string) => {
    const value = SHOWN.test(name) ? params?.[name] : undefined;
    return typeof value === 'string' && value.length <= MAX_VALUE
      ? encodeURIComponent(value.toWellFormed())
      : placeholder;
  });
}

const WORD = /^(?:[a-z]+(?:[-._][a-z]+)*|v\d)$/i;
const MAX_WORD = 24;
const MAX_SEGMENTS = 12;

/** `/api/v1/threads/*`: tokens and ids are longer than words, or have digits in them. */
function wordsOf(url: string): string {
  const [path = ''] = url.split(/[?#;]/, 1);
  const segments = path.split('/');
  const shown = segments
    .slice(0, MAX_SEGMENTS)
    .map((segment) => (segment === '' || (segment.length <= MAX_WORD && WORD.test(segment)) ? segment : '*'));
  return (segments.length > MAX_SEGMENTS ? [...shown, '*'] : shown).join('/');
}

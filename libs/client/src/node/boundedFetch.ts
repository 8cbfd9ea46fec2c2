import { NetworkError } from '../errors.ts';

/** The largest page there can be, and room around it. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * `fetch` that follows nothing and reads only so much: a redirect would take the token to whatever host it names, and an answer
 * without an end the memory.
 */
export function boundedFetch(fetchIt: typeof fetch, maxBytes = MAX_ANSWER_BYTES): typeof fetch {
  return async (input, init) => {
    const { status, headers, body } = await fetchIt(input, { ...init, redirect: 'manual' });
    if (status >= 300 && status < 400) {
      await body?.cancel();
      throw new NetworkError('bad_answer', `The server answered ${status}: redirects are not followed.`, { status });
    }
    return new Response(body && body.pipeThrough(atMost(maxBytes)), { status, headers: inSeconds(headers) });
  };
}

function atMost(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(part, controller) {
      bytes += part.byteLength;
      if (bytes > maxBytes) controller.error(new NetworkError('bad_answer', `The answer exceeds ${maxBytes} bytes.`));
      else controller.enqueue(part);
    },
  });
}

/** `Retry-After` as seconds, where it is a date. */
function inSeconds(headers: Headers): Headers {
  const after = headers.get('retry-after');
  const at = after && !/^\d+$/.test(after) ? Date.parse(after) : Number.NaN;
  if (Number.isNaN(at)) return headers;
  const copy = new Headers(headers);
  copy.set('retry-after', String(Math.max(0, Math.ceil((at - Date.now()) / 1_000))));
  return copy;
}

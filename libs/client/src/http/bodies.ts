import { NetworkError } from '../errors.ts';

/** The largest page there can be, and room around it. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Of a file, such as an export. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

const tooLong = (most: number) => new NetworkError('bad_answer', `The answer exceeds ${most} bytes.`);

/** All of a body; an answer without an end must not take the memory. */
async function partsOf(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>[]> {
  if (Number(response.headers.get('content-length')) > most) {
    await response.body?.cancel();
    throw tooLong(most);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) return parts;
    bytes += part.value.byteLength;
    if (bytes > most) {
      await reader?.cancel();
      throw tooLong(most);
    }
    parts.push(part.value);
  }
}

/** @throws NetworkError with `bad_answer` where it is too long. */
export async function textOf(response: Response): Promise<string> {
  // A `fetch` of the caller's that has no streams.
  if (!response.body) return response.text();
  return new Blob(await partsOf(response, MAX_ANSWER_BYTES)).text();
}

/** @throws NetworkError with `bad_answer` where it is too long. */
export async function fileOf(response: Response): Promise<Blob> {
  return new Blob(await partsOf(response, MAX_FILE_BYTES), { type: response.headers.get('content-type') ?? '' });
}

import axios from 'axios';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The chat service. A redirect is not followed: the token, or the internal secret, would go along. */
export function createChatApi(url) {
  return axios.create({
    baseURL: url.replace(/\/+$/, ''),
    timeout: TIMEOUT_MS,
    maxContentLength: MAX_ANSWER_BYTES,
    maxRedirects: 0,
    proxy: false,
  });
}

/** Sent on where the caller sent it, and sent back where the chat service did. */
const ASKED = ['authorization', 'idempotency-key', 'x-request-id'];
const TOLD = ['retry-after', 'x-request-id', 'idempotency-replayed', 'location'];

const picked = (headers, names) =>
  Object.fromEntries(names.filter((name) => headers[name] !== undefined).map((name) => [name, headers[name]]));

/** Calls about conversations and messages, answered by the chat service under the caller's own token. */
export function chatProxy(chat) {
  return async (request, response) => {
    const url = request.originalUrl;
    // Whoever resolves `..` on the way ends at another route than the one that was let through.
    if (!/^\/api\/(conversations|messages)(\/|\?|$)/.test(new URL(url, 'http://chat').pathname))
      return response.status(404).json({ error: 'There is no such route', code: 'NOT_FOUND' });
    try {
      const answer = await chat.request({
        method: request.method,
        url,
        headers: { ...picked(request.headers, ASKED), 'content-type': 'application/json' },
        data: request.body,
      });
      response.set(picked(answer.headers, TOLD)).status(answer.status);
      return answer.data === '' ? response.end() : response.json(answer.data);
    } catch (error) {
      return refuse(error, response);
    }
  };
}

/** What the chat service refuses is passed on in the application's own form; that it is not there, said as such. */
function refuse(error, response) {
  const answer = error.response;
  if (!answer || answer.status < 400)
    return response.status(503).json({ error: 'Chat service unavailable', code: 'CHAT_SERVICE_UNAVAILABLE' });
  const { message = 'Chat service error', code } = answer.data ?? {};
  return response.set(picked(answer.headers, TOLD)).status(answer.status).json({ error: message, code });
}

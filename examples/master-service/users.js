import { clearInterval, setInterval } from 'node:timers';
import express from 'express';
import jwt from 'jsonwebtoken';

const AGAIN_MS = 1_000;
const LIFETIME_SECONDS = 24 * 3600;

/**
 * The application's users, in memory, and their copies in the chat service. A sync that fails is tried again until it
 * succeeds: nobody waits for the chat service to register.
 */
export function createUsers({ chat, internalSecret, jwt: { secret, issuer } }) {
  const users = new Map();
  const unsynced = new Set();
  const headers = { 'X-Internal-Secret': internalSecret };

  async function sync(id) {
    unsynced.add(id);
    try {
      const user = users.get(id);
      const path = `/api/users/${encodeURIComponent(id)}`;
      if (user) await chat.post('/api/users/sync', profileOf(user), { headers });
      else await chat.delete(path, { headers });
      // What changed meanwhile is still to be told.
      if (users.get(id) === user) unsynced.delete(id);
    } catch (error) {
      if (isFinal(error.response?.status)) unsynced.delete(id);
      // Not the error itself: it holds the request, and with it the secret.
      console.error('user not synced:', error.code ?? '', error.response?.status ?? '');
    }
  }
  let syncing = false;
  const timer = setInterval(async () => {
    if (syncing) return;
    syncing = true;
    for (const id of [...unsynced]) await sync(id);
    syncing = false;
  }, AGAIN_MS);

  const tokenOf = ({ id, email }) =>
    jwt.sign({ externalUserId: id, email, permissions: ['chat:read', 'chat:write'] }, secret, {
      algorithm: 'HS256',
      subject: id,
      issuer,
      expiresIn: LIFETIME_SECONDS,
    });

  /** Lets through who is signed in, as `request.user`. */
  function signedIn(request, response, next) {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    try {
      const { sub } = jwt.verify(token, secret, { algorithms: ['HS256'], issuer });
      request.user = users.get(sub);
    } catch {
      // Not signed in, then.
    }
    return request.user ? next() : response.status(401).json({ error: 'Sign in first', code: 'UNAUTHORIZED' });
  }

  /** A rule of the application's own, before the chat service is asked: conversations are between its users. */
  function mayTalk(request, response, next) {
    const { participantIds = [], userIds = [], userId = [] } = request.body ?? {};
    const strangers = [participantIds, userIds, userId].flat().filter((id) => !users.has(id));
    if (strangers.length === 0) return next();
    return response.status(422).json({ error: 'Somebody is not registered', code: 'UNKNOWN_USER' });
  }

  const routes = express.Router();
  routes.post('/auth/register', async (request, response) => {
    const user = userOf(request.body);
    if (!user) return response.status(400).json({ error: 'id and name are needed', code: 'INVALID' });
    if (users.has(user.id)) return response.status(409).json({ error: 'The id is taken', code: 'TAKEN' });
    users.set(user.id, user);
    await sync(user.id);
    return response.status(201).json({ user, token: tokenOf(user) });
  });
  routes.patch('/users/:id', signedIn, own, async (request, response) => {
    const user = userOf({ ...request.user, ...request.body, id: request.user.id });
    if (!user) return response.status(400).json({ error: 'name must be a text', code: 'INVALID' });
    users.set(user.id, user);
    await sync(user.id);
    return response.json(user);
  });
  routes.delete('/users/:id', signedIn, own, async (request, response) => {
    users.delete(request.user.id);
    await sync(request.user.id);
    return response.status(204).end();
  });

  return { routes, signedIn, mayTalk, stop: () => clearInterval(timer) };
}

/** Asking again would be answered the same: it is wrong, the person was erased, or there is nobody to delete. */
const isFinal = (status) => [400, 404, 409, 410, 413, 422].includes(status);

function own(request, response, next) {
  if (request.params.id === request.user.id) return next();
  return response.status(403).json({ error: 'That is somebody else', code: 'FORBIDDEN' });
}

/** A user as the application keeps it; undefined where something is missing. Nothing else of the body is kept. */
function userOf({ id, name, avatar, email, role, department } = {}) {
  const user = { id, name, avatar, email, role, department };
  const areTexts = Object.values(user).every((value) => value === undefined || typeof value === 'string');
  return areTexts && /^[\w-]{1,64}$/.test(id ?? '') && name ? user : undefined;
}

function profileOf({ id, name, avatar, email, role, department }) {
  return { externalUserId: id, displayName: name, avatarUrl: avatar, email, metadata: { role, department } };
}

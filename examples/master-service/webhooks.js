import { createHmac, timingSafeEqual } from 'node:crypto';

/** Deliveries come at least once: so many of the newest are known again. */
const MAX_KNOWN = 10_000;
const MAX_NOTIFICATIONS = 100;

/** `x-webhook-signature` is the HMAC of the body, which parsing and writing again leaves as it was. */
function isSigned(body, signature, secret) {
  const expected = Buffer.from(
    `sha256=${createHmac('sha256', secret)
      .update(JSON.stringify(body ?? null))
      .digest('hex')}`,
  );
  const given = Buffer.from(String(signature));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What the chat service tells, and what becomes of it: who is online, and who is to be notified of what. */
export function createInbox({ secret }) {
  const known = new Set();
  const members = new Map();
  const online = new Set();
  const notifications = new Map();

  const membersOf = (id) => members.get(id) ?? members.set(id, new Set()).get(id);

  function notify({ messageId, conversationId, senderId, content }) {
    for (const userId of membersOf(conversationId)) {
      if (userId === senderId || online.has(userId)) continue;
      const news = [...(notifications.get(userId) ?? []), { messageId, conversationId, senderId, content }];
      notifications.set(userId, news.slice(-MAX_NOTIFICATIONS));
    }
  }

  function forget(keep) {
    for (const [userId, news] of notifications) notifications.set(userId, news.filter(keep));
  }

  const handlers = {
    'conversation.created': ({ conversationId, participants }) =>
      participants.forEach(({ userId }) => membersOf(conversationId).add(userId)),
    'conversation.deleted': ({ conversationId }) => members.delete(conversationId),
    'participant.added': ({ conversationId, userId }) => membersOf(conversationId).add(userId),
    'participant.removed': ({ conversationId, userId }) => membersOf(conversationId).delete(userId),
    'message.created': notify,
    'message.deleted': ({ messageId }) => forget((one) => one.messageId !== messageId),
    'user.online': ({ userId }) => online.add(userId),
    'user.offline': ({ userId }) => online.delete(userId),
    'privacy.erased': ({ subject }) => forget((one) => one.senderId !== subject.id),
  };

  function receive(request, response) {
    if (!isSigned(request.body, request.headers['x-webhook-signature'], secret))
      return response.status(401).json({ error: 'Invalid signature' });
    const id = request.headers['webhook-id'];
    if (!known.has(id)) {
      const { event, data } = request.body;
      // More kinds may come: what is not known is taken, and passed over.
      if (Object.hasOwn(handlers, event)) handlers[event](data);
      // Only now: what failed comes again.
      known.add(id);
      if (known.size > MAX_KNOWN) known.delete(known.values().next().value);
    }
    return response.json({ received: true });
  }

  return { receive, notificationsOf: (userId) => notifications.get(userId) ?? [] };
}

import { tenantId, type TenantId } from '@threadlog/events';

const PREFIX = 'chat.feed.';
/** Kafka takes 249 characters; what is left is for the deployment's own prefix. */
export const MAX_TOPIC_LENGTH = 200;

/**
 * The topic of a tenant's feed: `chat.feed.` and the tenant's id, in which every character but letters, digits and `-`
 * is written as `_` and two hexadecimal digits. A dot is written so too: for Kafka `a.b` and `a_b` are too alike to be
 * two topics. Throws a `RangeError` where the name would be too long.
 */
export function feedTopic(tenant: TenantId): string {
  const encoded = tenant.replace(/[^A-Za-z0-9-]/g, (one) => `_${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
  const topic = PREFIX + encoded;
  if (topic.length > MAX_TOPIC_LENGTH) throw new RangeError(`${topic} is longer than ${MAX_TOPIC_LENGTH} characters`);
  return topic;
}

/** The tenant whose feed a topic is; null where it is none's. */
export function tenantOfFeed(topic: string): TenantId | null {
  if (!topic.startsWith(PREFIX)) return null;
  const id = topic
    .slice(PREFIX.length)
    .replace(/_([0-9a-f]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  try {
    const tenant = tenantId(id);
    return feedTopic(tenant) === topic ? tenant : null;
  } catch {
    return null;
  }
}

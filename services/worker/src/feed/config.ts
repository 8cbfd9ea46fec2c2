import { tenantIdInputSchema, type TenantId } from '@threadlog/events';
import { integer, list } from '@threadlog/service';
import { z } from 'zod';
import { feedTopic } from './topicName';

/** Each has a topic and a connection of its own. */
const MAX_FEED_TENANTS = 200;

const feedTenants = () =>
  list().pipe(
    z
      .array(tenantIdInputSchema.refine(hasTopic, 'has a topic name that would be too long'))
      .max(MAX_FEED_TENANTS)
      .transform((tenants) => [...new Set(tenants)]),
  );

function hasTopic(tenant: TenantId): boolean {
  try {
    return feedTopic(tenant) !== '';
  } catch {
    return false;
  }
}

/** Variables of the feed. */
export const feedConfig = {
  FEED_TENANTS: feedTenants()
    .prefault('')
    .describe(
      'Tenants whose events are published in the clear to `chat.feed.<tenant>`, comma-separated; none by default',
    ),
  FEED_RETENTION_DAYS: integer(1, 365)
    .prefault('7')
    .describe(
      'Days that a feed keeps events, which no erasure can reach; applies to topics that are made from then on',
    ),
};

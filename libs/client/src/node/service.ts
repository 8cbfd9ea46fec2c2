import { ChatError, NetworkError } from '../errors.ts';
import { path } from '../http/paths.ts';
import { harmless } from '../http/metrics.ts';
import { configFromEnv, configOf, type ChatServiceConfig } from './config.ts';
import { createBreaker, type CircuitBreakerState } from './policies.ts';
import { createRequests, type ServiceRequest } from './requests.ts';
import { createTelling, type ServiceLogger, type ServiceMetrics } from './telling.ts';

/** A message as this route has it, in snake case. */
export interface RecentMessage {
  id: string;
  conversation_id: string;
  user_id: string;
  content: string;
  message_type: 'user' | 'assistant' | 'system';
  metadata: Record<string, unknown>;
  created_at: string;
  updated_at: string;
}

/** Newest first. */
export interface RecentMessages {
  messages: RecentMessage[];
  total_count: number;
  has_more: boolean;
  /** Of the page behind this one; null on the last. */
  next_cursor: string | null;
}

export interface RecentOptions {
  cursor?: string;
  signal?: AbortSignal;
}

export interface ChatService {
  /** The newest messages of a conversation, at most `limit` (1 to 200; 50 by default). */
  getRecentMessages(conversationId: string, limit?: number, options?: RecentOptions): Promise<RecentMessages>;
  /** What the service says of itself. Asked once, past the breaker and without the token; rejects where it is not well. */
  health(options?: { signal?: AbortSignal }): Promise<Record<string, unknown>>;
  getCircuitBreakerState(): CircuitBreakerState;
  /** The next attempt has it, of calls under way too. Throws a `TypeError` on what is no token, and keeps the one it has. */
  updateToken(token: string): void;
  /** Any other request of the API, with the same retries and the same breaker. */
  request<Body>(request: ServiceRequest): Promise<Body>;
}

/** What the environment does not say. */
export interface ServiceOptions {
  token: string;
  logger?: ServiceLogger;
  metrics?: ServiceMetrics;
  onCircuitBreakerChange?(from: CircuitBreakerState, to: CircuitBreakerState): void;
  fetch?: typeof fetch;
}

const USUAL_LIMIT = 50;
const MAX_LIMIT = 200;

/** A client with retries and a circuit breaker. Making one connects to nothing. Throws `ChatConfigError`. */
export function createChatService({
  token: first,
  ...options
}: ServiceOptions & Partial<ChatServiceConfig>): ChatService {
  const config = configOf(options);
  let token = checked(first);
  const telling = createTelling(options.logger, options.metrics);
  const breaker = createBreaker(config, (from, to) => {
    telling.log(to === 'open' ? 'warn' : 'info', 'circuit breaker changed', { from, to });
    telling.metric('breaker', { from, to });
    harmless(() => options.onCircuitBreakerChange?.(from, to));
  });
  const requests = createRequests({
    ...{ config, breaker, telling, token: () => token },
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
  });
  return {
    async getRecentMessages(conversationId, limit = USUAL_LIMIT, { cursor, signal } = {}) {
      if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT))
        throw new ChatError('invalid_request', `limit must be a whole number from 1 to ${MAX_LIMIT}.`, { status: 400 });
      const body = await requests.send<Partial<RecentMessages> | null>({
        ...{ method: 'GET', operation: 'get_recent_messages', signal },
        path: path`/api/v1/chat/conversations/${conversationId}/messages`,
        query: { limit, cursor },
      });
      if (Array.isArray(body?.messages)) return body as RecentMessages;
      throw new NetworkError('bad_answer', 'The answer is no page of messages: this is not the API.');
    },
    async health({ signal } = {}) {
      const body = await requests.probe({ method: 'GET', path: '/health', operation: 'health', signal });
      return (body ?? {}) as Record<string, unknown>;
    },
    getCircuitBreakerState: breaker.state,
    updateToken(next) {
      token = checked(next);
      telling.log('info', 'token updated', {});
    },
    request: requests.send,
  };
}

/** The same, configured by the eight variables `CHAT_SERVICE_…`. Throws `ChatConfigError` with all problems at once. */
export function clientFromEnv(
  options: ServiceOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ChatService {
  return createChatService({ ...options, ...configFromEnv(env) });
}

/** What no header can carry `fetch` would refuse with the token in its words. */
function checked(token: unknown): string {
  if (typeof token === 'string' && /^[\x21-\x7e]{1,16384}$/.test(token)) return token;
  throw new TypeError('token must be visible ASCII without blanks');
}

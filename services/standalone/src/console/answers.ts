import type {
  AgentResource,
  LegalHoldResource,
  PrivacyRequestResource,
  WebhookAttemptResource,
  WebhookDeadLetterResource,
  WebhookReplayResource,
  WebhookResource,
} from '@threadlog/events';
import type { z } from 'zod';
import type { compareAnswer, generationAnswer, generationsAnswer } from './generations/schemas';
import type { logAnswer, recordAnswer, revealAnswer } from './log/schemas';
import type { discardAnswer, healthAnswer, recordsAnswer, replayAnswer, streamsAnswer } from './schemas';
import type { sessionAnswer } from './session';
import type { attemptAnswer } from './tenants/webhooks';
import type { lastRunsAnswer, openRunsAnswer } from './tenants/agents';
import type { threadsAnswer } from './tenants/threads';
import type { threadAnswer } from './threads/schemas';

/** What the operator's routes answer, for the page that asks them. */
export type SessionAnswer = z.output<typeof sessionAnswer>;
export type HealthAnswer = z.output<typeof healthAnswer>;
export type StreamsAnswer = z.output<typeof streamsAnswer>;
export type RecordsAnswer = z.output<typeof recordsAnswer>;
export type ReplayAnswer = z.output<typeof replayAnswer>;
export type DiscardAnswer = z.output<typeof discardAnswer>;
export type LogAnswer = z.output<typeof logAnswer>;
export type RecordAnswer = z.output<typeof recordAnswer>;
export type RevealAnswer = z.output<typeof revealAnswer>;
export type GenerationsAnswer = z.output<typeof generationsAnswer>;
export type GenerationAnswer = z.output<typeof generationAnswer>;
export type CompareAnswer = z.output<typeof compareAnswer>;
export type ThreadAnswer = z.output<typeof threadAnswer>;
export type OpenRunsAnswer = z.output<typeof openRunsAnswer>;
export type LastRunsAnswer = z.output<typeof lastRunsAnswer>;
export type AgentsAnswer = Page<AgentResource>;
export type ThreadsAnswer = z.output<typeof threadsAnswer>;
export type AttemptRevealAnswer = z.output<typeof attemptAnswer>;

/** A page of a list of the HTTP API. */
interface Page<Item> {
  items: Item[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
}
export type WebhooksAnswer = Page<WebhookResource>;
export type AttemptsAnswer = Page<WebhookAttemptResource>;
export type DeadLettersAnswer = Page<WebhookDeadLetterResource>;
export type ReplaysAnswer = Page<WebhookReplayResource>;
export type PrivacyRequestsAnswer = Page<PrivacyRequestResource>;
export type HoldsAnswer = { items: LegalHoldResource[] };
export type ReceiptAnswer = Record<string, unknown>;
export type {
  AgentResource,
  LegalHoldResource,
  PrivacyRequestResource,
  RetentionResource,
  WebhookAttemptResource,
  WebhookReplayResource,
  WebhookResource,
  WebhookRetriedResource,
  WebhookTestResource,
} from '@threadlog/events';

import type { WebhookResource } from './answers.ts';
import { visible } from './format.ts';

/** Whether an endpoint is told anything, and why not. */
export function Standing({ endpoint: { enabled, disabledReason } }: { endpoint: WebhookResource }) {
  const why = disabledReason === null ? '' : `: ${visible(disabledReason)}`;
  return <span className={enabled ? 'badge good' : 'badge bad'}>{enabled ? 'on' : `off${why}`}</span>;
}

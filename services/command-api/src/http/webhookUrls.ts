import { problem } from '@threadlog/events';
import { checkUrl, createAddressGuard, describeUrlProblem, MAX_URL_LENGTH, type UrlProblem } from '@threadlog/outbound';

export interface WebhookUrlOptions {
  allowHttp: boolean;
  /** Ranges beside the public internet that an operator opens. */
  allowedRanges: readonly string[];
}

/**
 * The URL of an endpoint in its one spelling; throws `invalid_request` for one that nothing would be sent to. What its
 * name stands for is checked when a connection is made, each time: names come to mean something else.
 */
export function createWebhookUrls({ allowHttp, allowedRanges }: WebhookUrlOptions): (text: string) => string {
  const rules = { guard: createAddressGuard(allowedRanges), allowHttp };
  return (text) => {
    const checked = checkUrl(text, rules);
    if ('problem' in checked) throw refused(checked.problem);
    const { href } = checked.url;
    // Characters that are escaped make it longer.
    if (href.length > MAX_URL_LENGTH) throw refused('too_long');
    return href;
  };
}

function refused(code: UrlProblem) {
  const message = describeUrlProblem(code);
  return problem('invalid_request', `/url: ${message}`, { errors: [{ pointer: '/url', code, message }] });
}

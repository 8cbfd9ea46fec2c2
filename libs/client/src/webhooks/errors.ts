export type WebhookErrorCode = 'headers' | 'too_old' | 'too_new' | 'signature' | 'body';

/** A delivery that is not to be believed. Answer it with 401; `code` says why, and nothing of it is a secret. */
export class WebhookVerificationError extends Error {
  override readonly name: string = 'WebhookVerificationError';
  constructor(
    readonly code: WebhookErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** A header is missing, there twice, or not written as it should be. */
export class WebhookHeadersError extends WebhookVerificationError {
  override readonly name = 'WebhookHeadersError';
  constructor(message: string) {
    super('headers', message);
  }
}

/** It was sent longer ago than is tolerated, or by a clock that goes before: a copy of an old delivery is one of these. */
export class WebhookTimestampError extends WebhookVerificationError {
  override readonly name = 'WebhookTimestampError';
  constructor(code: 'too_old' | 'too_new') {
    super(code, code === 'too_old' ? 'The delivery is too old.' : 'The delivery comes from the future.');
  }
}

/** No signature is that of a secret or key that is trusted: it was changed, or another one signs. */
export class WebhookSignatureError extends WebhookVerificationError {
  override readonly name = 'WebhookSignatureError';
  constructor() {
    super('signature', 'No signature of the delivery is genuine.');
  }
}

/** It is genuine, but no event: no JSON, or not of the form of one. */
export class WebhookBodyError extends WebhookVerificationError {
  override readonly name = 'WebhookBodyError';
  constructor() {
    super('body', 'The body is no event.');
  }
}

export { createAddressGuard, type AddressGuard } from './addresses';
export {
  createOutboundClient,
  type Answer,
  type OutboundClient,
  type OutboundOptions,
  type OutboundRequest,
  type WholeAnswer,
} from './client';
export { describeUrlProblem, OutboundError, type Failure, type FailureReason } from './failure';
export type { Resolve } from './lookup';
export { CONVERSATION_PATIENCE, DELIVERY_PATIENCE, type Patience } from './patience';
export { checkUrl, MAX_URL_LENGTH, type CheckedUrl, type UrlProblem } from './url';

export * from './actor';
export * from './personIds';
export * from './policy';
export { createTokenVerifier, bearerToken, type TokenVerifier, type TokenVerifierDeps } from './token/verifier';
export type { Algorithm, IssuerKey, IssuerSettings, Secret, TokenSettings } from './token/settings';
export { internalSecretVerifier } from './internal/secret';
export {
  createForwardSigner,
  FORWARD_SIGNATURE_HEADER,
  type ForwardedRequest,
  type ForwardSigner,
} from './internal/forward';
export { authConfigShape, type AuthEnvironment } from './config/schema';
export { checkAuthConfig } from './config/check';
export { tokenSettings, internalSecrets, clusterSecrets } from './config/settings';

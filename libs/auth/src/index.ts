export * from './actor';
export * from './personIds';
export * from './policy';
export { createTokenVerifier, bearerToken, type TokenVerifier } from './token/verifier';
export { internalSecretVerifier } from './internal/secret';
export { createForwardSigner, FORWARD_SIGNATURE_HEADER, type ForwardSigner } from './internal/forward';
export { authConfigShape } from './config/schema';
export { checkAuthConfig } from './config/check';
export { tokenSettings, internalSecrets, clusterSecrets, operatorTokens, revealTokens } from './config/settings';

/** Secrets for a development machine. Whoever reads this has them, so production refuses to start with them. */
export const DEVELOPMENT_SECRETS = {
  AUTH_JWT_SECRET: 'development-only-jwt-secret-never-deploy-it',
  INTERNAL_API_SECRET: 'development-only-internal-secret-never-deploy-it',
  CLUSTER_SECRET: 'development-only-cluster-secret-never-deploy-it',
  SEALING_MASTER_KEY: Buffer.from('development-only-sealing-key-32b').toString('base64'),
} as const;

const MIN_BYTES = 32;
const PLACEHOLDER =
  /^(dev(elopment)?|test|example|change[-_ ]?me|your|secret|internal-secret|password|insecure|dummy)/i;

/** Why a secret must not protect a production deployment; undefined when nothing speaks against it. */
export function weakness(secret: string): string | undefined {
  if (PLACEHOLDER.test(secret) || PLACEHOLDER.test(Buffer.from(secret, 'base64').toString('latin1'))) {
    return 'is a development or example secret; set one of your own';
  }
  if (Buffer.byteLength(secret) < MIN_BYTES) return `must have at least ${MIN_BYTES} bytes in production`;
  if (new Set(secret).size < 8) return 'repeats too few characters to be a secret';
  return undefined;
}

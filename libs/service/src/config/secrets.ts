const MIN_BYTES = 32;
/** How the secrets of examples, compose files and development machines begin. */
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

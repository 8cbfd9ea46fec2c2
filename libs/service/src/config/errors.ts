/** `EX_CONFIG` of sysexits.h: whoever starts us must change something before trying again. */
export const EXIT_CONFIG = 78;

/** The environment cannot be used as it is. `problems` are lines for the operator; values are never in them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(['The configuration is invalid:', ...problems.map((line) => `  ${line}`)].join('\n'));
  }
}

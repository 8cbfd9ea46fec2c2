import type { z } from 'zod';
import type { Alias } from './aliases';
import { type Env, resolveEnvironment } from './environment';
import { ConfigError } from './errors';
import type { FieldMeta } from './fields';
import { weakness } from './secrets';

export interface LoadConfigOptions {
  aliases?: readonly Alias[];
  /** Gets one line per warning; by default they go to standard error. */
  warn?: (line: string) => void;
  readFile?: (path: string) => string;
}

/**
 * Parses the environment by one schema whose keys are the variables' names. Throws `ConfigError` with all problems at
 * once; `runMain` prints them and exits with 78.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Env,
  { aliases, warn = warnOnStderr, readFile }: LoadConfigOptions = {},
): z.output<Schema> {
  const fields = Object.entries(schema.shape);
  const secrets = fields.filter(([, field]) => fieldMeta(field).secret).map(([name]) => name);
  const names = new Set(fields.map(([name]) => name));
  const resolved = resolveEnvironment(env, { names, secrets: new Set(secrets), aliases, readFile });
  const result = schema.safeParse(resolved.values);
  const problems = [
    ...resolved.problems,
    ...(result.error?.issues ?? []).map((issue) => describe(issue, resolved.values)),
  ];
  if (isProduction(resolved.values)) problems.push(...weakSecrets(schema, resolved.values));
  if (problems.length > 0 || !result.success) throw new ConfigError(problems);
  resolved.warnings.forEach((line) => warn(line));
  return result.data;
}

function describe(issue: z.core.$ZodIssue, values: Record<string, string>): string {
  const name = String(issue.path[0] ?? 'environment');
  const missing = issue.code === 'invalid_type' && issue.path.length === 1 && !(name in values);
  return `${name}: ${missing ? 'is required' : issue.message}`;
}

function isProduction(values: Record<string, string>): boolean {
  return /^prod/i.test(values.ENVIRONMENT ?? '');
}

function weakSecrets(schema: z.ZodObject, values: Record<string, string>): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const value = values[name];
    if (value === undefined || fieldMeta(field).secret !== 'key') return [];
    const reasons = value.split(',').map((part) => weakness(part.trim()));
    return reasons.filter((reason) => reason !== undefined).map((reason) => `${name}: ${reason}`);
  });
}

/** The metadata of a field, found below `optional`, `default`, `transform` and `pipe`. */
export function fieldMeta(field: z.core.$ZodType): FieldMeta & { description?: string } {
  const own = (field as z.ZodType).meta?.() ?? {};
  const def = field._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  const inner = def.innerType ?? def.in;
  return { ...(inner ? fieldMeta(inner) : {}), ...own };
}

function warnOnStderr(line: string): void {
  process.stderr.write(`config: ${line}\n`);
}

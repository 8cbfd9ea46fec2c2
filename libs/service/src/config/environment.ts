import { readFileSync } from 'node:fs';
import { ALIASES, IGNORED, type Alias } from './aliases';

export type Env = Readonly<Record<string, string | undefined>>;

/** What the environment says about the wanted names, after aliases and files; and what is wrong with how it says it. */
export interface ResolvedEnvironment {
  values: Record<string, string>;
  problems: string[];
  warnings: string[];
}

export interface ResolveOptions {
  /** Canonical names of the schema. */
  names: ReadonlySet<string>;
  /** Those of them that may come from a file, `NAME_FILE`, as Docker and Kubernetes mount secrets. */
  secrets: ReadonlySet<string>;
  aliases?: readonly Alias[];
  /** Reads a secret's file; by default from disk. */
  readFile?: (path: string) => string;
}

/**
 * Collects the wanted variables. A canonical name beats its aliases (a differing alias is warned about); two aliases
 * that disagree are a problem, as is a secret given both directly and by file. An empty value counts as unset.
 */
export function resolveEnvironment(env: Env, options: ResolveOptions): ResolvedEnvironment {
  const { names, secrets, aliases = ALIASES } = options;
  const resolved: ResolvedEnvironment = { values: {}, problems: [], warnings: ignoredWarnings(env) };
  const read = createReader(env, options.readFile ?? readSecret, resolved.problems);
  for (const name of names) {
    const value = read(name, secrets.has(name));
    if (value !== undefined) resolved.values[name] = value;
  }
  const source: Record<string, string> = {};
  for (const { name, gives } of aliases) {
    const targets = Object.keys(gives(':'));
    const value = read(
      name,
      targets.some((target) => secrets.has(target)),
    );
    if (value === undefined) continue;
    for (const [canonical, part] of Object.entries(gives(value))) {
      if (names.has(canonical)) take(resolved, source, { alias: name, canonical, value: part });
    }
  }
  return resolved;
}

function take(
  resolved: ResolvedEnvironment,
  source: Record<string, string>,
  { alias, canonical, value }: { alias: string; canonical: string; value: string },
): void {
  const known = resolved.values[canonical];
  const from = source[canonical];
  if (known === undefined) {
    resolved.values[canonical] = value;
    source[canonical] = alias;
  } else if (known !== value) {
    if (from) resolved.problems.push(`${canonical}: ${from} and ${alias} are both set and differ; set ${canonical}`);
    else resolved.warnings.push(`${alias} is ignored: ${canonical} is set to something else`);
  }
}

/** Reads one variable, or the file that `NAME_FILE` points to where that is allowed. */
function createReader(env: Env, readFile: (path: string) => string, problems: string[]) {
  const given = (name: string) => env[name]?.trim() || undefined;
  return (name: string, fromFile: boolean): string | undefined => {
    const direct = given(name);
    const path = fromFile ? given(`${name}_FILE`) : undefined;
    if (path === undefined) return direct;
    if (direct !== undefined) {
      problems.push(`${name}: both ${name} and ${name}_FILE are set`);
      return direct;
    }
    try {
      return readFile(path).trim() || undefined;
    } catch (error) {
      problems.push(`${name}: cannot read ${name}_FILE (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
      return undefined;
    }
  };
}

function readSecret(path: string): string {
  return readFileSync(path, 'utf8');
}

function ignoredWarnings(env: Env): string[] {
  return Object.keys(env)
    .sort()
    .flatMap((name) =>
      IGNORED.filter(({ pattern }) => pattern.test(name)).map(({ because }) => `${name} is ignored: ${because}`),
    );
}

import { readFileSync } from 'node:fs';
import { ConfigError, list, loadConfig, origins, port } from '@threadlog/service';
import { z } from 'zod';

/** Where the API is: http or https, without a user name, a query or a fragment; a path is `BASE_PATH`. */
const baseUrl = () =>
  z.string().transform((text, context) => {
    const url = URL.parse(text);
    const usable = url && /^https?:$/.test(url.protocol) && !(url.username || url.password || url.search || url.hash);
    if (usable) return url.href.replace(/\/+$/, '');
    context.addIssue({ code: 'custom', message: 'must be an http or https URL without user name, query and fragment' });
    return z.NEVER;
  });

/** What goes into a header; longer tokens the API refuses anyway. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;
const api = { THREADLOG_URL: baseUrl().prefault('http://localhost:4000') };
const stdioSchema = z.object({
  ...api,
  THREADLOG_TOKEN: z.string().regex(TOKEN, 'must be visible ASCII without blanks').meta({ secret: 'url' }),
});
const httpSchema = z.object({
  ...api,
  MCP_HOST: z.string().prefault('127.0.0.1'),
  MCP_PORT: port().prefault('4003'),
  MCP_ALLOWED_HOSTS: list().prefault(''),
  MCP_ALLOWED_ORIGINS: origins().prefault(''),
});

type Env = NodeJS.ProcessEnv;

export interface StdioConfig {
  apiUrl: string;
  /** The token as it is now: a file is read again each time, as tokens in it are renewed. Undefined where there is none. */
  token: () => string | undefined;
}

/** Throws `ConfigError` with all problems at once. */
export function loadStdioConfig(env: Env = process.env): StdioConfig {
  const { THREADLOG_URL: apiUrl, THREADLOG_TOKEN: given } = loadConfig(stdioSchema, env, { aliases: [] });
  const file = env.THREADLOG_TOKEN_FILE?.trim();
  return { apiUrl, token: file ? () => tokenIn(file) : () => given };
}

function tokenIn(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return TOKEN.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

export interface HttpConfig {
  apiUrl: string;
  host: string;
  port: number;
  /** Names that requests may ask for; those of this machine where none is given. */
  allowedHosts: readonly string[];
  /** Web pages that may ask; none by default. */
  allowedOrigins: readonly string[];
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Throws `ConfigError` with all problems at once: a token of its own is one, as every caller would act under it. */
export function loadHttpConfig(env: Env = process.env): HttpConfig {
  const config = loadConfig(httpSchema, env, { aliases: [] });
  const hosts = config.MCP_ALLOWED_HOSTS.map((name) => name.toLowerCase());
  const local = LOOPBACK.includes(config.MCP_HOST) || config.MCP_HOST === '::1';
  const problems = [
    ...(env.THREADLOG_TOKEN || env.THREADLOG_TOKEN_FILE
      ? ['THREADLOG_TOKEN: is for stdio; over HTTP each caller sends its own']
      : []),
    ...(local || hosts.length > 0
      ? []
      : ['MCP_ALLOWED_HOSTS: is required where MCP_HOST is not of this machine alone']),
    ...(config.MCP_ALLOWED_ORIGINS.includes('*') ? ['MCP_ALLOWED_ORIGINS: must name origins, not *'] : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    apiUrl: config.THREADLOG_URL,
    host: config.MCP_HOST,
    port: config.MCP_PORT,
    allowedHosts: hosts.length > 0 ? hosts : LOOPBACK,
    allowedOrigins: config.MCP_ALLOWED_ORIGINS,
  };
}

/** Long enough for the largest batch on the slowest machine: the suite judges answers, not speed. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A request as a case describes it: the path is a route's template with its parameters. */
export interface Ask {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean>;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  /** Parsed where it is JSON; null without a body, the text otherwise. */
  body: unknown;
  headers: Headers;
}

/** `METHOD /path/{template}`. */
export interface RouteName {
  method: string;
  template: string;
}

export function routeOf(name: string): RouteName {
  const [method = '', template = ''] = name.split(' ');
  return { method, template };
}

/** The template filled in. Throws where a parameter is missing: a mistake of the case, not of the system. */
export function pathOf(template: string, { params = {}, query = {} }: Ask): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${template}: parameter ${name} is missing`);
    return encodeURIComponent(value);
  });
  const texts = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  const search = new URLSearchParams(texts).toString();
  return search ? `${path}?${search}` : path;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json/;

/** Sends one request. A string as body goes out as it is. */
export async function send(
  url: string,
  { method, body, headers = {} }: Pick<Ask, 'body' | 'headers'> & { method: string },
): Promise<Answer> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: payload }),
    redirect: 'manual',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  return { status: response.status, body: parse(text, response.headers), headers: response.headers };
}

function parse(text: string, headers: Headers): unknown {
  if (text === '') return null;
  return JSON_TYPE.test(headers.get('content-type') ?? '') ? (JSON.parse(text) as unknown) : text;
}

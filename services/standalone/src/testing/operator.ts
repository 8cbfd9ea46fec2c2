import type { givenStandalone } from './standalone';

interface Asked {
  token?: string;
  body?: unknown;
}

/** Asks the operations port with the token of an operator, or with another one. */
export function operatorOf(system: Pick<ReturnType<typeof givenStandalone>, 'runtime'>, own: string) {
  return async (method: string, path: string, { token = own, body }: Asked = {}) => {
    const response = await fetch(new URL(path, system.runtime().ops.http.url), {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

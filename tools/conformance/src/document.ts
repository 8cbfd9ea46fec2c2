import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { send, type Answer } from './http';
import { fail } from './like';

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
}

/** What the system itself says that it serves. */
export interface Document {
  /** `METHOD /path/{template}` of every route. */
  routes: ReadonlySet<string>;
  /** Fails where an answer has a status or a shape that the document does not name for its route. */
  check(route: string, answer: Answer): void;
}

/** Reads `/openapi.json`. Parameters are matched by place, whatever they are called. */
export async function readDocument(url: string): Promise<Document> {
  const { status, body } = await send(`${url}/openapi.json`, { method: 'GET' });
  if (status !== 200) fail(`/openapi.json answers ${status}`);
  return documentOf(body as OpenApi);
}

function documentOf(openApi: OpenApi): Document {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  addFormats(ajv);
  ajv.addSchema({ $id: 'openapi', ...openApi } as object);
  const operations = new Map<string, { path: string; method: string }>();
  for (const [path, methods] of Object.entries(openApi.paths)) {
    for (const method of Object.keys(methods)) {
      operations.set(placeOf(`${method.toUpperCase()} ${path}`), { path, method });
    }
  }
  const validators = new Map<string, ValidateFunction | null>();

  function validatorOf(path: string, method: string, status: number): ValidateFunction | null {
    const responses = openApi.paths[path]?.[method]?.responses ?? {};
    const response = responses[status];
    if (!response) fail(`${method.toUpperCase()} ${path} answers ${status}, which its document does not name`);
    const [type] = Object.keys(response.content ?? {});
    if (type === undefined) return null;
    const steps = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
    return ajv.compile({ $ref: `openapi#/${steps.map(pointer).join('/')}` });
  }

  return {
    routes: new Set(operations.keys()),
    check(route, answer) {
      const operation = operations.get(placeOf(route));
      if (!operation) return;
      const key = `${route} ${answer.status}`;
      if (!validators.has(key)) validators.set(key, validatorOf(operation.path, operation.method, answer.status));
      const validate = validators.get(key);
      if (validate && !validate(answer.body)) {
        const [error] = validate.errors ?? [];
        fail(`${key}: body${error?.instancePath ?? ''} ${error?.message ?? 'has another shape'} than documented`);
      }
    },
  };
}

/** A route by its places: what parameters are called is nobody's business but the document's. */
export function placeOf(route: string): string {
  return route.replace(/\{\w+\}/g, '{}');
}

function pointer(step: string): string {
  return encodeURIComponent(step.replace(/~/g, '~0').replace(/\//g, '~1'));
}

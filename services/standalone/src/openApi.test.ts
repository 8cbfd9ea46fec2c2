import { openApiDocument } from '@threadlog/service';
import { allRoutes } from './allRoutes';

interface Schema {
  $ref?: string;
  example?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}
interface Content {
  content?: { 'application/json'?: { schema: Schema } };
}
interface OperationObject {
  operationId: string;
  requestBody?: Content;
  responses: Record<string, Content>;
}

const document = openApiDocument(allRoutes, { title: 'Threadlog', version: '1' });
const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
const operations = Object.values(document.paths ?? {}).flatMap(
  (methods) => Object.values(methods) as unknown as OperationObject[],
);

const resolve = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : schemas[schema.$ref.replace('#/components/schemas/', '')]!;

/** Whether a reader sees an example: the schema's own, or those of what it is made of. */
function shows(given: Schema): boolean {
  const schema = resolve(given);
  if (schema.example !== undefined) return true;
  return [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...(schema.anyOf ?? []),
  ].some((part) => shows(part));
}

test.each(operations.filter(({ requestBody }) => requestBody).map((one) => [one.operationId, one] as const))(
  '%s shows an example of its body',
  (_name, { requestBody }) => {
    const shown = Object.values(requestBody!.content!).map(({ schema }) => shows(schema));
    expect([shown.length > 0, ...shown].every(Boolean)).toBe(true);
  },
);

const OLDER = /^\/api\/(?!v1\/(?!chat\/))/;
const older = Object.entries(document.paths ?? {}).filter(([path]) => OLDER.test(path));
const answers = older.flatMap(([, methods]) =>
  (Object.values(methods) as unknown as OperationObject[]).flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) =>
      Number(status) < 300 && content
        ? [[`${operationId} ${status}`, content['application/json']!.schema] as const]
        : [],
    ),
  ),
);

test.each(answers)('%s shows an example of its answer', (_name, schema) => {
  expect(shows(schema)).toBe(true);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { arbitraryOf } from '../arbitrary.testing';
import { asyncApi } from './asyncapi';
import { allSchemas } from './eventSchemas';
import { outputs } from './outputs';

const ROOT = join(__dirname, '../../../..');

test.each([...outputs()])('%s is committed as it is generated', (path, text) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
});

describe.each([...allSchemas()])('%s', (_path, schema) => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  addFormats(ajv);
  const validate = ajv.compile(schema);

  test('is a JSON Schema that takes what the catalogue takes', () => {
    fc.assert(
      fc.property(arbitraryOf(schema), (value) => {
        expect(validate(value)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('is closed, outside and inside', () => {
    const [value] = fc.sample(arbitraryOf(schema), 1) as [{ data: object }];
    expect(validate({ ...value, extra: 1 })).toBe(false);
    expect(validate({ ...value, data: { ...value.data, extra: 1 } })).toBe(false);
  });
});

describe('the AsyncAPI document', () => {
  const document = asyncApi() as Record<string, Record<string, Record<string, unknown>>>;
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target!);

  test('describes every schema, and every reference leads somewhere', () => {
    const files = references.filter((target) => target.startsWith('./')).map((target) => target.slice(2));
    expect(new Set(files)).toEqual(new Set(allSchemas().keys()));
    for (const target of references.filter((one) => one.startsWith('#/'))) {
      const found = target
        .slice(2)
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document);
      expect([target, typeof found]).toEqual([target, 'object']);
    }
  });

  test('every message is on exactly one channel', () => {
    const listed = Object.values(document.channels!).flatMap(({ messages }) => Object.keys(messages as object));
    expect(listed.toSorted()).toEqual(Object.keys(document.components!.messages!).toSorted());
  });
});

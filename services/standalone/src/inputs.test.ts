import { COMMANDS } from '@threadlog/commands';
import { CLIENT_EVENTS } from '@threadlog/events';
import { inputFaults } from '@threadlog/testing';
import { z } from 'zod';
import { allRoutes } from './allRoutes';

/** Each of them is parsed by itself, with the schema of `syncUser`. */
const PARSED_LATER = new Set(['post /api/users/sync/batch body: users.[] takes JSON that cannot be kept']);

const parts = allRoutes.flatMap(({ method, path, params, query, headers, body }) =>
  Object.entries({ params, query, headers, body }).flatMap(([name, schema]) =>
    schema ? [[`${method} ${path} ${name}`, schema] as const] : [],
  ),
);

describe('no input takes text that a store refuses, nor anything without a bound', () => {
  test.each(Object.entries(COMMANDS))('%s', (_type, schema) => {
    expect(inputFaults(schema)).toEqual([]);
  });

  test.each(Object.entries(CLIENT_EVENTS))('%s', (_event, schema) => {
    expect(inputFaults(schema)).toEqual([]);
  });

  test.each(parts)('%s', (name, schema) => {
    expect(inputFaults(schema).filter((fault) => !PARSED_LATER.has(`${name}: ${fault}`))).toEqual([]);
  });
});

test('the walk finds what it is for, behind every wrapper', () => {
  const schema = z.object({
    text: z.string().nullable().default(null),
    short: z.string().max(9).optional(),
    list: z.array(z.object({ id: z.string().regex(/^[a-z]{1,9}$/) })),
    record: z.record(z.string().max(9), z.int()).nullish(),
    number: z.union([z.number(), z.literal('none')]),
    json: z.json().transform(String),
  });
  expect(inputFaults(schema)).toEqual([
    'text takes a lone surrogate',
    'text takes NUL',
    'text takes any length',
    'short takes a lone surrogate',
    'short takes NUL',
    'list takes any number of items',
    'record takes any number of members',
    'record.{key} takes a lone surrogate',
    'record.{key} takes NUL',
    'number takes numbers that were rounded',
    'json takes JSON that cannot be kept',
  ]);
});

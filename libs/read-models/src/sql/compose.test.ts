import { compile, join, param, raw, sql, valuesOf } from './compose';

const ofTenant = (alias: string) => sql`${raw(alias)}.tenant_id = ${param('tenantId')}`;

test('fragments fit together in any order, and a value that several need is sent once', () => {
  const conditions = join([ofTenant('t'), sql`t.id = ${param('id')}`, ofTenant('p')], ' and ');
  expect(compile(sql`select ${param('id')} from t join p where ${conditions}`)).toEqual({
    text: 'select $1 from t join p where t.tenant_id = $2 and t.id = $1 and p.tenant_id = $2',
    names: ['id', 'tenantId'],
  });
});

test('a value in the text itself is refused: it would be that of the first call for ever', () => {
  expect(() => compile(sql`select * from threads where thread_id = ${'t1'}`)).toThrow(/near .*thread_id = "/);
});

test('all values have to be given, by their names', () => {
  expect(valuesOf(['b', 'a', 'c'], { a: 1, b: null, c: false, d: 4 })).toEqual([null, 1, false]);
  expect(() => valuesOf(['a', 'b'], { a: 1, b: undefined })).toThrow('"b" is not given');
});

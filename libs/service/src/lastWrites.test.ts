import { createLastWrites } from './lastWrites';

const ada = { tenantId: 'acme', id: 'ada' };

test('keeps the last place of every partition that an actor wrote to, whatever the order of the answers', () => {
  const writes = createLastWrites();
  for (const [partition, offset] of [
    [1, 7],
    [2, 3],
    [1, 5],
  ] as const)
    writes.remember(ada, { partition, offset });
  expect(writes.of(ada)).toEqual([
    { partition: 1, offset: 7 },
    { partition: 2, offset: 3 },
  ]);
  expect(writes.of({ tenantId: 'globex', id: 'ada' })).toEqual([]);
});

test('forgets an actor a while after its last write', () => {
  let time = 0;
  const writes = createLastWrites({ keptMs: 100, now: () => time });
  writes.remember(ada, { partition: 1, offset: 1 });
  time = 100;
  expect(writes.of(ada)).toHaveLength(1);
  writes.remember(ada, { partition: 1, offset: 2 });
  time = 200;
  expect(writes.of(ada)).toHaveLength(1);
  time = 201;
  expect(writes.of(ada)).toEqual([]);
});

test('forgets those who wrote longest ago when there are too many', () => {
  const writes = createLastWrites({ maxActors: 2 });
  const write = (id: string) => writes.remember({ ...ada, id }, { partition: 0, offset: 1 });
  for (const id of ['a', 'b', 'a', 'c']) write(id);
  expect(['a', 'b', 'c'].map((id) => writes.of({ ...ada, id }).length)).toEqual([1, 0, 1]);
});

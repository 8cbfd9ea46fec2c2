import type { Problem } from '@threadlog/events';
import { createFairRunner } from './fairRunner';

const BUSY: Problem = { code: 'overloaded', detail: 'Too much.', retryAfter: 1 };
const each = (count: number) => ({ count, cost: Infinity });

/** A runner of two at a time, of each tenant one; and what was begun, each with what ends it. */
function given({ waiting = Infinity, longestWaitMs = 60_000 } = {}) {
  const begun: { name: string; end: PromiseWithResolvers<string> }[] = [];
  const refused: string[] = [];
  const runner = createFairRunner({
    bounds: {
      underWay: each(2),
      underWayOfTenant: each(1),
      waiting: each(Infinity),
      waitingOfTenant: each(waiting),
      turn: 1,
    },
    longestWaitMs,
    refusal({ tenantId }) {
      refused.push(tenantId);
      return BUSY;
    },
  });
  const run = <T>(tenantId: string, work: () => Promise<T>) => runner({ tenantId, surface: 'http' }, work);
  const task = (name: string) => () => {
    const end = Promise.withResolvers<string>();
    begun.push({ name, end });
    return end.promise;
  };
  const names = () => begun.map(({ name }) => name);
  return { run, task, begun, names, refused };
}

test('what finds room is begun in the same turn, and beside a tenant that has its share another is', async () => {
  const { run, task, begun, names } = given();
  const answers = [run('loud', task('l1')), run('loud', task('l2')), run('quiet', task('q1'))];
  expect(names()).toEqual(['l1', 'q1']);
  begun[0]!.end.resolve('done');
  expect(await answers[0]).toBe('done');
  expect(names()).toEqual(['l1', 'q1', 'l2']);
  begun[1]!.end.reject(new Error('broken'));
  await expect(answers[2]).rejects.toThrow('broken');
  begun[2]!.end.resolve('too');
  expect(await answers[1]).toBe('too');
});

test('a task that throws at once fails alone, also where another had it begun', async () => {
  const { run, task, begun } = given();
  const first = run('a', task('first'));
  const broken = run('a', () => {
    throw new Error('at once');
  });
  const last = run('a', task('last'));
  const told = expect(broken).rejects.toThrow('at once');
  begun[0]!.end.resolve('first');
  expect(await first).toBe('first');
  await told;
  begun[1]!.end.resolve('last');
  expect(await last).toBe('last');
});

test('what finds its line full is refused at once, and never begun', async () => {
  const { run, task, begun, names, refused } = given({ waiting: 1 });
  const first = run('a', task('first'));
  const second = run('a', task('second'));
  await expect(run('a', task('third'))).rejects.toMatchObject({ problem: BUSY });
  begun[0]!.end.resolve('');
  await first;
  begun[1]!.end.resolve('');
  await second;
  expect([names(), refused]).toEqual([['first', 'second'], ['a']]);
});

test('what has waited too long is refused, and never begun', async () => {
  const { run, task, begun, names, refused } = given({ longestWaitMs: 1 });
  const first = run('a', task('first'));
  await expect(run('a', task('second'))).rejects.toMatchObject({ problem: BUSY });
  begun[0]!.end.resolve('');
  await first;
  const third = run('a', task('third'));
  begun[1]!.end.resolve('');
  await third;
  expect([names(), refused]).toEqual([['first', 'third'], ['a']]);
});

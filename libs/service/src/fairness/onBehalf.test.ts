import { onBehalfOf, onOwnBehalf, presentBehalf, type Behalf } from './onBehalf';

const ada: Behalf = { tenantId: 'ada-school', surface: 'http' };
const bob: Behalf = { tenantId: 'bob-school', surface: 'sockets' };
const later = () => new Promise(setImmediate);

test('work is on the account of who has it done, however long it waits and whoever works meanwhile', async () => {
  const seen: (Behalf | undefined)[] = [];
  async function work(): Promise<void> {
    seen.push(presentBehalf());
    await later();
    seen.push(presentBehalf());
  }
  await Promise.all([onBehalfOf(ada, work), onBehalfOf(bob, work), work()]);
  expect(seen).toEqual([ada, bob, undefined, ada, bob, undefined]);
});

test('what all wait for together is on nobody’s, and what comes after it is again', async () => {
  await onBehalfOf(ada, async () => {
    await onOwnBehalf(async () => {
      await later();
      expect(presentBehalf()).toBeUndefined();
    });
    expect(presentBehalf()).toBe(ada);
  });
});

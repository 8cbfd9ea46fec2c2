import { eventually } from './eventually';

describe('eventually', () => {
  it('returns what the condition returned once it neither throws nor is false', async () => {
    let calls = 0;
    const result = await eventually(() => {
      calls += 1;
      if (calls === 1) throw new Error('not yet');
      return calls < 3 ? false : 'done';
    });
    expect([result, calls]).toEqual(['done', 3]);
  });

  it('throws the last error when the time is over', async () => {
    const condition = () => {
      throw new Error('still not');
    };
    await expect(eventually(condition, { timeoutMs: 30 })).rejects.toThrow('still not');
    await expect(eventually(() => false, { timeoutMs: 30 })).rejects.toThrow('within 30 ms');
  });
});

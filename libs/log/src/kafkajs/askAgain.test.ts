import { askAgain } from './askAgain';

const patience = { forMs: 0, pauseMs: 1, passes: (error: unknown) => (error as Error).message === 'passes' };

/** Fails so often, and then answers. */
function failing(times: number, message: string) {
  let asked = 0;
  const question = (): Promise<string> => {
    asked += 1;
    return asked <= times ? Promise.reject(new Error(message)) : Promise.resolve('answer');
  };
  return { question, asked: () => asked };
}

describe('a question to the brokers', () => {
  it('is asked again though its time is over, as the process may have stood still meanwhile', async () => {
    expect(await askAgain(failing(1, 'passes').question, patience)).toBe('answer');
  });

  it('is asked no more once its time is over and it failed again', async () => {
    const { question, asked } = failing(5, 'passes');
    await expect(askAgain(question, patience)).rejects.toThrow('passes');
    expect(asked()).toBe(2);
  });

  it('is asked until its time is over', async () => {
    expect(await askAgain(failing(5, 'passes').question, { ...patience, forMs: 60_000 })).toBe('answer');
  });

  it('is not asked again where the answer stays the same', async () => {
    const { question, asked } = failing(1, 'stays');
    await expect(askAgain(question, { ...patience, forMs: 60_000 })).rejects.toThrow('stays');
    expect(asked()).toBe(1);
  });
});

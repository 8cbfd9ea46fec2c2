import { openReceiver, type OnMessage, type Receiver } from './sockets';

/** Opens many sockets, so many at a time: all at once would wait behind each other until some are given up. */
export async function openAudience<Who>(
  people: readonly Who[],
  open: (who: Who, at: number) => { url: string; token: string; onMessage: OnMessage },
): Promise<Receiver[]> {
  const receivers: Receiver[] = [];
  const waiting = people.entries();
  let failure: Error | null = null;
  const worker = async (): Promise<void> => {
    for (const [at, who] of waiting) {
      if (failure) return;
      try {
        receivers[at] = await openReceiver(open(who, at));
      } catch (error) {
        failure = error as Error;
      }
    }
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, worker));
  if (!failure) return receivers;
  for (const receiver of receivers) receiver?.close();
  throw failure as Error;
}

const OPENED_AT_ONCE = 25;

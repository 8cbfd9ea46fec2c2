import { CLIENT_EVENTS } from '@threadlog/events';
import type { Options } from '../options';
import { claimsOf } from '../people';
import { tokenOf } from '../tokens';
import { openSocket } from './client';

/** What the server says to an event that it does not know. */
const UNKNOWN = 'No such event.';

/** The client events that this server knows: those that it does not call unknown. */
export async function servedEvents(options: Options): Promise<string[]> {
  const socket = await openSocket(options.realtime!, tokenOf(claimsOf('eve', 'conf-probe'), options));
  try {
    const served: string[] = [];
    for (const event of Object.keys(CLIENT_EVENTS)) {
      // A payload that no event takes, but those that take none.
      const answer = await socket.ask(event, event === 'presence:ping' ? {} : 7);
      if (answer.detail !== UNKNOWN) served.push(event);
    }
    return served;
  } finally {
    socket.close();
  }
}

import type { ChatClient } from '@threadlog/client';

/** Somebody in the page, with a client of its own. */
export interface Member {
  userId: string;
  role: 'teacher' | 'learner';
  name: string;
  client: ChatClient;
}

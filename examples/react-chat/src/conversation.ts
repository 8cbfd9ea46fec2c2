import type { Thread } from '@threadlog/client';
import { AGENT_ID } from './config.ts';
import type { Member } from './member.ts';

const GREETINGS = [
  ['teacher', 'Hi Mia, how did the fractions go?'],
  ['learner', 'Better! 7 of 8 right. I got stuck on the last one.'],
  ['teacher', 'Well done! Write here what you tried, and we look at it together.'],
] as const;

/**
 * The newest conversation of both, or a new one. Keys of their own make each step happen once, in however many tabs and
 * however often the page is loaded meanwhile.
 */
export async function findConversation(teacher: Member, learner: Member): Promise<string> {
  const { items } = await teacher.client.threads
    .list({ participantId: learner.userId, status: 'active', limit: 50 })
    .page();
  const known = items.find((thread) => has(thread, teacher.userId) && has(thread, learner.userId));
  const id = known?.id ?? (await begin(teacher, learner));
  if (!known || !has(known, AGENT_ID)) await addAgent(teacher, id);
  return id;
}

const has = (thread: Thread, userId: string) => thread.participants.some((one) => one.userId === userId);

/** It is asked by what mentions it. */
const addAgent = ({ client }: Member, id: string) =>
  client.participants.add(id, { userId: AGENT_ID, role: 'agent' }, { idempotencyKey: `react-chat-agent-${id}` });

async function begin(teacher: Member, learner: Member): Promise<string> {
  const participantIds = [learner.userId];
  const { id } = await teacher.client.threads.create(
    { title: 'Fractions homework', learnerId: learner.userId, participantIds },
    { idempotencyKey: 'react-chat' },
  );
  for (const [at, [role, content]] of GREETINGS.entries()) {
    const { client } = role === 'teacher' ? teacher : learner;
    await client.messages.send(id, { content }, { idempotencyKey: `react-chat-greeting-${at}` });
  }
  return id;
}

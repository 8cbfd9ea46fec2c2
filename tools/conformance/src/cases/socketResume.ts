import type { MessageResource } from '@threadlog/events';
import type { Case } from '../case';
import { fail, like } from '../like';
import { post, room } from './given';
import { refused, socket } from './socket';

export const socketResumeCases: Case[] = [
  socket('resume brings what was missed, and ends in resumed', async (scene) => {
    const made = await room(scene);
    const last = await post(scene, made.threadId, { content: 'seen' });
    const missed: MessageResource[] = [];
    for (const content of ['one', 'two', 'three'])
      missed.push(await post(scene, made.threadId, { who: 'bob', content }));
    const client = await scene.socket('ann', { resume: { [made.threadId]: last.seq } });
    await client.receives('resumed', { conversationId: made.threadId, seq: missed[2]!.seq });
    const seqs = client.frames.filter(({ event }) => event === 'message:new').map(({ payload }) => payload.seq);
    like(
      seqs,
      missed.map(({ seq }) => seq),
      'seqs',
    );
  }),
  socket('resume with nothing missed', async (scene) => {
    const made = await room(scene);
    const { seq } = await post(scene, made.threadId, { content: 'seen' });
    const client = await scene.socket('ann', { resume: { [made.threadId]: seq } });
    await client.receives('resumed', { conversationId: made.threadId, seq });
    client.hasNot('message:new');
  }),
  socket('resume from the future is a resync', async (scene) => {
    const made = await room(scene);
    const client = await scene.socket('ann', { resume: { [made.threadId]: 99_999 } });
    await client.receives('resync', { conversationId: made.threadId });
  }),
  socket('resume of what is not there for the caller', async (scene) => {
    const made = await room(scene);
    const client = await scene.socket('eve', { resume: { [made.threadId]: 1 } });
    await client.receives('conversation:deleted', { conversationId: made.threadId });
    client.hasNot('message:new');
  }),
  socket('resume tells of threads that are new', async (scene) => {
    const made = await room(scene);
    const client = await scene.socket('bob', { resume: {} });
    await client.receives('conversation:created', { conversationId: made.threadId });
  }),
  socket('a resume map that is none is refused', (scene) =>
    refused(scene.socket('ann', { resume: { 'a b': -1 } }), 'invalid_request'),
  ),
  socket('frames come once, in order, while many write', async (scene) => {
    const made = await room(scene, { posts: [] });
    const client = await scene.socket('mo');
    await client.receives('hello');
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        post(scene, made.threadId, { who: index % 2 ? 'ann' : 'bob', content: `${index}` }),
      ),
    );
    await client.receives('message:new', { messageIndex: 60 });
    const indexes = client.frames
      .filter(({ event }) => event === 'message:new')
      .map(({ payload }) => payload.messageIndex);
    like(
      indexes,
      Array.from({ length: 60 }, (_, index) => index + 1),
      'indexes',
    );
    if (new Set(client.frames.map(({ payload }) => payload.seq)).size < 60) fail('seqs repeat');
  }),
];

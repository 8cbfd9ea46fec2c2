import { eventually } from '@threadlog/testing';
import type { ThreadView } from '@threadlog/client';
import { chatClients, comparable, historyOf } from './testing/chatClients';
import { givenStandalone } from './testing/standalone';

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const clients = chatClients(api);
jest.setTimeout(60_000);

const texts = (view: ThreadView) => view.getSnapshot().messages.map(({ content, state }) => `${state} ${content}`);

/** Ada and Ben in a thread, both looking at it. */
async function twoPeople() {
  const tenant = clients.tenant();
  const [ada, ben] = [clients.of('ada', tenant), clients.of('ben', tenant)];
  const { id } = await ada.threads.create({ title: 'Homework', participantIds: ['ben'] });
  const views = [ada.thread(id), ben.thread(id)] as const;
  for (const view of views) view.subscribe(() => undefined);
  for (const view of views) await eventually(() => expect(view.getSnapshot().status).toBe('live'));
  return { tenant, ada, ben, id, adas: views[0], bens: views[1] };
}

describe('live views of two people', () => {
  it('show what each says, at once to itself and in the order of the server', async () => {
    const { ada, id, adas, bens } = await twoPeople();
    const { sent } = adas.send('Hello');
    expect(texts(adas)).toEqual(['sending Hello']);
    const key = adas.getSnapshot().messages[0]!.key;
    const message = await sent;
    expect(message).toMatchObject({ content: 'Hello', senderId: 'ada', messageIndex: 1 });
    await eventually(() => expect(texts(bens)).toEqual(['sent Hello']));
    expect(adas.getSnapshot().messages).toMatchObject([{ key, state: 'sent', id: message.id }]);
    await bens.send('Hi').sent;
    await bens.react(message.id, '👍');
    await adas.edit(message.id, 'Hello!');
    const history = await eventually(async () => {
      const messages = comparable(await historyOf(ada, id));
      for (const view of [adas, bens]) expect(comparable(view.getSnapshot().messages)).toEqual(messages);
      return messages;
    });
    expect(history.map(({ content, reactions }) => [content, reactions])).toEqual([
      ['Hello!', ['👍 1 ben']],
      ['Hi', []],
    ]);
    expect(bens.getSnapshot().messages[0]!.reactions[0]!.mine).toBe(true);
    expect(adas.getSnapshot().messages[0]!.reactions[0]!.mine).toBe(false);
  });

  it('show who types, who has read what, and what is unread', async () => {
    const { ben, adas, bens } = await twoPeople();
    bens.setTyping(true);
    await eventually(() => expect(adas.getSnapshot().typing).toEqual(['ben']));
    expect(bens.getSnapshot().typing).toEqual([]);
    const unread = ben.unread();
    unread.subscribe(() => undefined);
    await adas.send('One').sent;
    await adas.send('Two').sent;
    await eventually(() => expect([bens.getSnapshot().unreadCount, unread.getSnapshot().total]).toEqual([2, 2]));
    await bens.markRead();
    await eventually(() => expect([bens.getSnapshot().unreadCount, unread.getSnapshot().total]).toEqual([0, 0]));
    await eventually(() => expect(adas.getSnapshot().receipts.get('ben')).toMatchObject({ messageIndex: 2 }));
    expect(adas.getSnapshot().unreadCount).toBe(0);
  });

  it('forget a thread that is not theirs any more, and have it again when they are taken in again', async () => {
    const { ada, id, adas, bens } = await twoPeople();
    await adas.send('Between us').sent;
    await eventually(() => expect(texts(bens)).toEqual(['sent Between us']));
    await ada.participants.remove(id, 'ben');
    await eventually(() => expect(bens.getSnapshot()).toMatchObject({ status: 'gone', thread: null, messages: [] }));
    await expect(bens.send('Still here').sent).rejects.toMatchObject({ code: 'not_found' });
    await ada.participants.add(id, { userId: 'ben', history: 'from_join' });
    await adas.send('Again').sent;
    await eventually(() => expect(bens.getSnapshot()).toMatchObject({ status: 'live' }));
    await eventually(() => expect(texts(bens)).toEqual(['sent Again', 'failed Still here']));
  });
});

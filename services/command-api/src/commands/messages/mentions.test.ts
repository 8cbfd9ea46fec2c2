import { posted, removed, threadCreated } from '../drafts.testing';
import { bob, command, given } from '../given.testing';

const edit = (rest: object = {}) => command('message.edit', { messageId: 'm1', content: 'new', ...rest });

describe('mentions', () => {
  test('names others in an edit, and may keep who has left since', () => {
    const named = [threadCreated(), posted(1, 'bob', { mentions: ['mod'] })];
    given(...named)
      .when(bob, edit({ content: undefined, mentions: ['ada', 'ada', 'mod'] }))
      .thenLike({ type: 'CHAT_MESSAGE_UPDATED', data: { mentions: ['ada', 'mod'], edit: 1 } });
    given(...named)
      .when(bob, edit({ content: undefined, mentions: [] }))
      .thenLike({ type: 'CHAT_MESSAGE_UPDATED', data: { mentions: [] } });
    given(...named)
      .when(bob, edit({ content: undefined, mentions: ['mod'] }))
      .thenUnchanged();
    const left = [...named, removed('mod')];
    given(...left)
      .when(bob, edit({ mentions: ['mod', 'ada'] }))
      .thenLike({ type: 'CHAT_MESSAGE_UPDATED', data: { mentions: ['mod', 'ada'] } });
    given(...left)
      .when(bob, edit({ mentions: ['ada', 'eve'] }))
      .thenRefused('invalid_request', '/mentions/1');
  });
});

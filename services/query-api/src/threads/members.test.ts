import { membersOf } from './members';

describe('membersOf', () => {
  it('reads members in their order, each with how far it has read', () => {
    const row = { participants: 'ann@x.org owner,bob|2 member,c+d-e admin', readers: 'c+d-e 7,ann@x.org 12' };

    expect(membersOf(row)).toEqual([
      { user_id: 'ann@x.org', role: 'owner', read_index: 12 },
      { user_id: 'bob|2', role: 'member', read_index: 0 },
      { user_id: 'c+d-e', role: 'admin', read_index: 7 },
    ]);
  });

  it('finds nobody in a thread that everybody has left', () => {
    expect(membersOf({ participants: null, readers: null })).toEqual([]);
  });
});

import { membersOf } from './members';

describe('membersOf', () => {
  it('reads members in their order, each with how far it has read', () => {
    const row = {
      member_ids: 'ann@x.org bob|2 c+d-e',
      member_roles: 'owner member admin',
      readers: 'c+d-e 7,ann@x.org 12',
    };

    expect(membersOf(row)).toEqual([
      { user_id: 'ann@x.org', role: 'owner', read_index: 12 },
      { user_id: 'bob|2', role: 'member', read_index: 0 },
      { user_id: 'c+d-e', role: 'admin', read_index: 7 },
    ]);
  });

  it('finds nobody in a thread that everybody has left', () => {
    expect(membersOf({ member_ids: null, member_roles: null, readers: null })).toEqual([]);
    expect(membersOf({ member_ids: '', member_roles: '', readers: null })).toEqual([]);
  });
});

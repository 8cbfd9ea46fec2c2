import type { TenantId } from '@threadlog/events';
import { ROLE_PERMISSIONS } from '../policy';
import { ROLES } from '../actor';
import { personIdOf } from '../personIds';
import { actorOf, type Claims } from './claims';
import type { IssuerSettings, TokenSettings } from './settings';

const issuer: IssuerSettings = {
  issuer: null,
  audience: null,
  key: { kind: 'secret', secret: () => '' },
  algorithm: null,
  tenants: '*',
};
const settings: TokenSettings = {
  issuers: [issuer],
  defaultTenant: null,
  defaultRole: 'user',
  clockToleranceSeconds: 0,
};
const base: Claims = { sub: 'ann', tenant_id: 'acme', exp: 2_000_000_000 };
const actor = (claims: Claims, change: Partial<TokenSettings> = {}) =>
  actorOf(claims, issuer, { ...settings, ...change });
const refused = expect.objectContaining({ problem: expect.objectContaining({ code: 'unauthorized' }) });

describe('the user', () => {
  test.each<[string, Claims, string]>([
    ['sub', { sub: 'u' }, 'u'],
    ['externalUserId', { externalUserId: 'u' }, 'u'],
    ['user_id', { user_id: 'u' }, 'u'],
    ['userId', { userId: 'u' }, 'u'],
    ['several that agree', { sub: 'u', externalUserId: 'u', user_id: 'u', userId: 'u' }, 'u'],
    ['a number', { sub: 42, userId: '42' }, '42'],
    ['null beside a name', { sub: null, userId: 'u' }, 'u'],
  ])('given %s, when read, then it names the user', (_, claims, id) => {
    expect(actor({ ...base, sub: undefined, ...claims }).id).toBe(id);
  });

  test.each(['a/b', 'a~b', 'https://login.example/ada?x=1#y', "o'hara", 'EXAMPLE\\ada', 'анна', 'a'.repeat(255)])(
    'given the name %s, when read, then the user has the id that is made of it',
    (name) => {
      expect(actor({ ...base, sub: name, userId: name }).id).toBe(personIdOf(name));
    },
  );

  test.each<[string, Claims]>([
    ['no name', {}],
    ['names that differ', { sub: 'u', externalUserId: 'v' }],
    ['an empty name', { sub: '' }],
    ['a dot', { sub: '.' }],
    ['two dots', { sub: '..' }],
    ['a name with a control character', { sub: 'a\nb' }],
    ['half a character', { sub: '\ud83d' }],
    ['a name that is too long', { sub: 'a'.repeat(256) }],
    ['the id that another name has', { sub: personIdOf('https://login.example/ada') }],
    ['an object', { sub: { id: 'u' } }],
    ['a fraction', { sub: 1.5 }],
  ])('given %s, when read, then the token is refused', (_, claims) => {
    expect(() => actor({ ...base, sub: undefined, ...claims })).toThrow(refused);
  });
});

describe('the tenant', () => {
  const tenantless = { ...base, tenant_id: undefined };
  test.each<[string, Claims, Partial<TokenSettings>, string]>([
    ['tenant_id', { tenant_id: 't' }, {}, 't'],
    ['tenantId', { tenantId: 't' }, {}, 't'],
    ['both alike', { tenant_id: 't', tenantId: 't' }, {}, 't'],
    ['none, and a default', {}, { defaultTenant: 'd' as TenantId }, 'd'],
    ['one, and a default', { tenant_id: 't' }, { defaultTenant: 'd' as TenantId }, 't'],
  ])('given %s, when read, then it is the tenant', (_, claims, change, id) => {
    expect(actor({ ...tenantless, ...claims }, change).tenantId).toBe(id);
  });

  test.each<[string, Claims]>([
    ['none', {}],
    ['two that differ', { tenant_id: 't', tenantId: 'u' }],
    ['an id that is not allowed', { tenant_id: '../t' }],
    ['a list', { tenant_id: ['t'] }],
  ])('given %s, when read, then the token is refused', (_, claims) => {
    expect(() => actor({ ...tenantless, ...claims })).toThrow(refused);
  });
});

describe('role and permissions', () => {
  test.each(ROLES)('given the role %s, when read, then the actor has it and its permissions', (role) => {
    const { permissions, ...rest } = actor({ ...base, role });
    expect(rest).toMatchObject({ role, type: role === 'agent' ? 'agent' : 'user' });
    expect(permissions).toEqual(ROLE_PERMISSIONS[role]);
  });

  test.each<[string, Claims, string]>([
    ['none', {}, 'user'],
    ['another spelling', { role: 'Teacher' }, 'teacher'],
    ['a list', { roles: ['user', 'teacher'] }, 'teacher'],
    ['role and roles', { role: 'user', roles: ['admin'] }, 'admin'],
    ['a list as text', { roles: 'learner,guardian' }, 'guardian'],
    ['only unknown ones', { roles: ['superuser', 'root'] }, 'user'],
    ['one known among unknown', { roles: ['superuser', 'auditor'] }, 'auditor'],
  ])('given %s, when read, then the role is found', (_, claims, role) => {
    expect(actor({ ...base, ...claims }).role).toBe(role);
  });

  test('given no known role, when another default is configured, then it is that', () => {
    expect(actor(base, { defaultRole: 'learner' }).role).toBe('learner');
    expect(actor({ ...base, role: 'pupil' }, { defaultRole: 'learner' }).role).toBe('learner');
  });

  test.each<[string, unknown, string[]]>([
    ['fewer than the role has', ['chat:read'], ['chat:read']],
    ['more than the role has', ['chat:moderate', 'chat:read'], ['chat:read', 'chat:moderate']],
    ['unknown ones', ['posts:write', 'chat:everything'], []],
    ['an empty list', [], []],
    ['text', 'chat:read chat:write', ['chat:read', 'chat:write']],
  ])("given permissions that are %s, when read, then they replace the role's", (_, permissions, expected) => {
    expect(actor({ ...base, role: 'teacher', permissions }).permissions).toEqual(expected);
  });

  test.each<[string, Claims]>([
    ['permissions', { permissions: { chat: true } }],
    ['permissions', { permissions: ['chat:read', 1] }],
    ['roles', { roles: 7 }],
    ['learner_ids', { learner_ids: [{}] }],
  ])('given malformed %s, when read, then the token is refused', (name, claims) => {
    expect(() => actor({ ...base, ...claims })).toThrow(name);
  });
});

describe('the learner scope', () => {
  test.each<[string, Claims, '*' | string[]]>([
    ['none', {}, []],
    ['a list', { learner_ids: ['a', 'b', 'a'] }, ['a', 'b']],
    ['a scope', { learner_scope: ['a'] }, ['a']],
    ['both', { learner_ids: ['a'], learner_scope: ['b'] }, ['a', 'b']],
    ['a star', { learner_scope: '*' }, '*'],
    ['a star in a list', { learner_ids: ['a', '*'] }, '*'],
    ['ids that no learner can have', { learner_ids: ['a', '..', ''] }, ['a']],
    ['names as a provider has them', { learner_ids: ['a', 'b c'] }, ['a', personIdOf('b c')]],
  ])('given %s, when read, then it is the scope', (_, claims, scope) => {
    expect(actor({ ...base, ...claims }).learnerScope).toEqual(scope);
  });

  test('given more learners than a token may list, when read, then it is refused', () => {
    const learners = Array.from({ length: 10_001 }, (_, index) => `l-${index}`);
    expect(() => actor({ ...base, learner_ids: learners })).toThrow(refused);
  });
});

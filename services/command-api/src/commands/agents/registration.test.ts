import { LIMITS, type ClearData, type Draft } from '@threadlog/events';
import { ada, admin, actor, command, foreigner, given, guardian, NEW_ID, teacher } from '../given.testing';

const HASH = 'h'.repeat(22);
const SETTINGS = {
  ...{ url: 'https://a.example/chat', display_name: 'Tutor', trigger: 'every' as const },
  ...{ context_messages: LIMITS.agentContextDefault, timeout_ms: LIMITS.agentTimeoutMostMs },
};

function registered(rest: Partial<ClearData<'CHAT_AGENT_REGISTERED'>> = {}): Draft {
  const secret = { secret: 'whsec_old', secret_id: 's1' };
  return {
    type: 'CHAT_AGENT_REGISTERED',
    data: { agent_id: 'tutor', ...SETTINGS, settings_hash: 'g'.repeat(22), ...secret, ...rest },
  };
}
const deleted: Draft = { type: 'CHAT_AGENT_DELETED', data: { agent_id: 'tutor' } };
const register = (rest: object = {}) =>
  command('agent.register', { agentId: 'tutor', url: 'https://a.example/chat', displayName: 'Tutor', ...rest });
const rotate = command('agent.rotateSecret', { agentId: 'tutor' });
const remove = command('agent.delete', { agentId: 'tutor' });

test('an agent is registered with its secret, under a user’s id', () => {
  const made = { settings_hash: HASH, secret: 'whsec_new', secret_id: NEW_ID };
  given().when(admin, register()).then(registered(made));
  for (const agentId of ['constructor', '__proto__', 'a@b.c|d'])
    given()
      .when(admin, register({ agentId }))
      .then(registered({ ...made, agent_id: agentId }));
  for (const agentId of ['..', '.', '', 'a'.repeat(300)]) expect(() => register({ agentId })).toThrow();
});

test('the same again is one; another changes all of it, and keeps the secret', () => {
  given(registered({ settings_hash: HASH }))
    .when(admin, register())
    .thenUnchanged();
  given(registered())
    .when(admin, register({ url: null, trigger: 'off' }))
    .then({
      type: 'CHAT_AGENT_UPDATED',
      data: { agent_id: 'tutor', ...SETTINGS, url: null, trigger: 'off', settings_hash: HASH },
    });
});

test('one that was deleted is registered again, alike or not', () => {
  const made = { settings_hash: HASH, secret: 'whsec_new', secret_id: NEW_ID };
  given(registered({ settings_hash: HASH }), deleted)
    .when(admin, register())
    .then(registered(made));
});

test('a tenant has so many; one that is there changes all the same', () => {
  const having = (agents?: number, ...before: Draft[]) =>
    given(...before).having({ ...(agents !== undefined && { agents }), secret: 's', inputHash: HASH });
  having(LIMITS.agentsPerTenant - 1)
    .when(admin, register())
    .thenLike({ type: 'CHAT_AGENT_REGISTERED' });
  having(LIMITS.agentsPerTenant).when(admin, register()).thenRefused('conflict');
  having().when(admin, register()).thenRefused('conflict');
  having(LIMITS.agentsPerTenant, registered()).when(admin, register()).thenLike({ type: 'CHAT_AGENT_UPDATED' });
});

test('agents are for administrators; for everybody else there are none', () => {
  const bot = actor('tutor', { type: 'agent', role: 'agent' });
  const officer = actor('root', { role: 'admin', permissions: ['chat:read', 'chat:write'] });
  for (const who of [ada, teacher, guardian, bot, officer]) {
    given().when(who, register()).thenRefused('forbidden');
    given(registered()).when(who, rotate).thenRefused('not_found');
    given(registered()).when(who, remove).thenRefused('not_found');
  }
  given().when(foreigner, rotate).thenRefused('not_found');
});

test('what is not there has no secret and does not go', () => {
  for (const what of [rotate, remove]) {
    given().when(admin, what).thenRefused('not_found');
    given(registered(), deleted).when(admin, what).thenRefused('not_found');
  }
  given(registered()).when(admin, remove).then(deleted);
});

test('the next secret signs beside the one before; so many sign at a time', () => {
  const next = (n: number): Draft => ({
    type: 'CHAT_AGENT_SECRET_ROTATED',
    data: {
      ...{ agent_id: 'tutor', secret: `whsec_${n}`, secret_id: `s${n}`, previous_secret_id: `s${n - 1}` },
      previous_until: '2026-02-01T10:00:00.000000Z',
    },
  });
  given(registered())
    .when(admin, rotate)
    .then({
      type: 'CHAT_AGENT_SECRET_ROTATED',
      data: {
        ...{ agent_id: 'tutor', secret: 'whsec_new', secret_id: NEW_ID, previous_secret_id: 's1' },
        previous_until: '2026-02-02T00:00:00.000000Z',
      },
    });
  const many = Array.from({ length: LIMITS.webhookSecrets - 1 }, (_, at) => next(at + 2));
  given(registered(), ...many)
    .when(admin, rotate)
    .thenRefused('conflict');
});

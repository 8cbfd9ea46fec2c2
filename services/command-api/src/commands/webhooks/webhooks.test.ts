import type { Actor } from '@threadlog/auth';
import type { CommandType } from '@threadlog/commands';
import { LIMITS, WEBHOOK_EVENTS, type ClearData, type Draft } from '@threadlog/events';
import { actor, ada, admin, command, given, NEW_ID, NOW, teacher } from '../given.testing';

const ID = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d20';
const ALL = { learner_id: null, thread_types: null };
const worker = actor('worker', { role: 'admin', type: 'system' });

function registered(rest: Partial<ClearData<'CHAT_WEBHOOK_REGISTERED'>> = {}): Draft {
  return {
    type: 'CHAT_WEBHOOK_REGISTERED',
    data: {
      ...{ webhook_id: ID, url: 'https://a.example/hook', description: null, secret: 'whsec_old', secret_id: ID },
      ...{ events: ['*'], filter: ALL, payload: 'full', ...rest },
    },
  };
}
function updated(changes: Omit<ClearData<'CHAT_WEBHOOK_UPDATED'>, 'webhook_id'>): Draft {
  return { type: 'CHAT_WEBHOOK_UPDATED', data: { webhook_id: ID, ...changes } };
}
function rotated(secret_id: string, previous_secret_id: string, previous_until: string): Draft {
  const secret = `whsec_${secret_id}`;
  return {
    type: 'CHAT_WEBHOOK_SECRET_ROTATED',
    data: { webhook_id: ID, secret, secret_id, previous_secret_id, previous_until },
  };
}
const disabled: Draft = { type: 'CHAT_WEBHOOK_DISABLED', data: { webhook_id: ID, reason: 'failing' } };
const deleted: Draft = { type: 'CHAT_WEBHOOK_DELETED', data: { webhook_id: ID } };

const register = (rest: object = {}) => command('webhook.register', { url: 'https://a.example/hook', ...rest });
const update = (changes: object) => command('webhook.update', { webhookId: ID, ...changes });
const about = (type: Extract<CommandType, `webhook.${string}`>) => command(type, { webhookId: ID });
const DISABLE = { webhookId: ID, reason: 'gone' } as const;

test('an endpoint is told everything unless it says otherwise, and has a secret of its own', () => {
  given()
    .when(admin, register())
    .then(registered({ webhook_id: NEW_ID, secret: 'whsec_new', secret_id: NEW_ID }));
  given()
    .when(
      admin,
      register({
        ...{ events: ['message.created', 'message.deleted', 'message.created'], payload: 'thin', description: 'LMS' },
        filter: { learnerId: 'lena', threadTypes: ['group', 'group'] },
      }),
    )
    .thenLike({
      type: 'CHAT_WEBHOOK_REGISTERED',
      data: {
        ...{ events: ['message.created', 'message.deleted'], payload: 'thin', description: 'LMS' },
        filter: { learner_id: 'lena', thread_types: ['group'] },
      },
    });
  given()
    .when(admin, register({ events: [...WEBHOOK_EVENTS, '*'] }))
    .thenLike({ type: 'CHAT_WEBHOOK_REGISTERED', data: { events: ['*'] } });
});

test('a tenant has so many endpoints and no more; how many, nobody may guess', () => {
  const having = (webhooks?: number) => given().having({ ...(webhooks !== undefined && { webhooks }), secret: 's' });
  having(LIMITS.webhooksPerTenant - 1)
    .when(admin, register())
    .thenLike({ type: 'CHAT_WEBHOOK_REGISTERED' });
  having(LIMITS.webhooksPerTenant).when(admin, register()).thenRefused('conflict');
  having().when(admin, register()).thenRefused('conflict');
});

const retryAll = command('webhook.report', { webhookId: ID, act: { type: 'retry', deadLetter: null } });

test.each<[string, Actor]>([
  ['a member', ada],
  ['a teacher', teacher],
  ['an agent', actor('bot', { role: 'agent', type: 'agent' })],
  ['a learner', actor('lena', { role: 'learner' })],
  ['an auditor', actor('audrey', { role: 'auditor' })],
  ['an admin whose token has other permissions', actor('root', { role: 'admin', permissions: ['chat:write'] })],
])('%s may do none of it, and does not learn whether the endpoint is there', (_who, who) => {
  for (const before of [[], [registered()]]) {
    given(...before)
      .when(who, register())
      .thenRefused('forbidden');
    given(...before)
      .when(who, update({ enabled: false }))
      .thenRefused('not_found');
    given(...before)
      .when(who, about('webhook.rotateSecret'))
      .thenRefused('not_found');
    given(...before)
      .when(who, about('webhook.delete'))
      .thenRefused('not_found');
    given(...before)
      .when(who, retryAll)
      .thenRefused('not_found');
    given(...before)
      .when(who, command('webhook.disable', DISABLE))
      .thenRefused('forbidden');
  }
});

test.each<[string, Draft[]]>([
  ['was never registered', []],
  ['was deleted', [registered(), deleted]],
])('one that %s cannot be changed', (_name, before) => {
  given(...before)
    .when(admin, update({ payload: 'thin' }))
    .thenRefused('not_found');
  given(...before)
    .when(admin, about('webhook.rotateSecret'))
    .thenRefused('not_found');
  given(...before)
    .when(admin, about('webhook.delete'))
    .thenRefused('not_found');
  given(...before)
    .when(worker, command('webhook.disable', DISABLE))
    .thenRefused('not_found');
});

test('only what differs changes; of sealed text that cannot be told', () => {
  given(registered())
    .when(admin, update({ payload: 'full', events: ['*'], filter: {}, enabled: true }))
    .thenUnchanged();
  given(registered()).when(admin, update({})).thenUnchanged();
  given(registered())
    .when(admin, update({ payload: 'full', filter: { threadTypes: ['direct'] } }))
    .then(updated({ filter: { learner_id: null, thread_types: ['direct'] } }));
  given(registered())
    .when(admin, update({ url: 'https://a.example/hook', description: null }))
    .then(updated({ url: 'https://a.example/hook', description: null }));
  given(registered())
    .when(admin, update({ enabled: false }))
    .then(updated({ enabled: false }));
  given(registered(), disabled)
    .when(admin, update({ enabled: true }))
    .then(updated({ enabled: true }));
});

describe('a new secret', () => {
  const rotate = about('webhook.rotateSecret');

  test('lets the one before sign for a day', () => {
    given(registered())
      .when(admin, rotate)
      .then({
        type: 'CHAT_WEBHOOK_SECRET_ROTATED',
        data: {
          ...{ webhook_id: ID, secret: 'whsec_new', secret_id: NEW_ID, previous_secret_id: ID },
          previous_until: '2026-02-02T00:00:00.000000Z',
        },
      });
    given(registered(), rotated('s2', ID, '2027-01-01T00:00:00.000000Z'))
      .when(admin, rotate)
      .thenLike({ type: 'CHAT_WEBHOOK_SECRET_ROTATED', data: { previous_secret_id: 's2' } });
  });

  test('waits while as many sign as may; those that ended do not count', () => {
    const chain = (until: string) =>
      Array.from({ length: LIMITS.webhookSecrets - 1 }, (_, at) =>
        rotated(`s${at + 2}`, at === 0 ? ID : `s${at + 1}`, until),
      );
    given(registered(), ...chain('2027-01-01T00:00:00.000000Z'))
      .when(admin, rotate)
      .thenRefused('conflict');
    given(registered(), ...chain(NOW))
      .when(admin, rotate)
      .thenLike({ type: 'CHAT_WEBHOOK_SECRET_ROTATED' });
  });
});

test('the worker switches off what is on, once, and not what was changed since it looked', () => {
  given(registered())
    .when(worker, command('webhook.disable', DISABLE))
    .then({ type: 'CHAT_WEBHOOK_DISABLED', data: { webhook_id: ID, reason: 'gone' } });
  given(registered(), disabled).when(worker, command('webhook.disable', DISABLE)).thenUnchanged();
  given(registered(), updated({ enabled: false }))
    .when(worker, command('webhook.disable', DISABLE))
    .thenUnchanged();
  const seen = (ifMatch: number) => command('webhook.disable', { ...DISABLE, ifMatch });
  given(registered(), updated({ url: 'https://b.example' }))
    .when(worker, seen(1))
    .thenRefused('version_mismatch');
  given(registered()).when(worker, seen(1)).thenLike({ type: 'CHAT_WEBHOOK_DISABLED' });
});

test('deleting leaves nothing to delete', () => {
  given(registered()).when(admin, about('webhook.delete')).then(deleted);
});

test('what is asked of the worker is noted in the name of who asked, and changes nothing of the endpoint', () => {
  const replay = { type: 'replay', replayId: ID } as const;
  const cancel = { type: 'cancelReplay', replayId: ID } as const;
  const about = { webhook_id: ID };
  given(registered())
    .when(admin, retryAll)
    .then({ type: 'CHAT_WEBHOOK_RETRY_REQUESTED', data: { ...about, dead_letter: null } });
  given(registered())
    .when(admin, command('webhook.report', { webhookId: ID, act: replay }))
    .then({ type: 'CHAT_WEBHOOK_REPLAY_REQUESTED', data: { ...about, replay_id: ID } });
  // The worker’s word about the endpoint as it delivered to it still holds.
  given(registered(), { type: 'CHAT_WEBHOOK_RETRY_REQUESTED', data: { ...about, dead_letter: '1' } })
    .when(worker, command('webhook.disable', { ...DISABLE, ifMatch: 1 }))
    .thenLike({ type: 'CHAT_WEBHOOK_DISABLED' });
  // Where nothing is sent nothing is sent again; but what was begun may be ended.
  given(registered(), disabled).when(admin, retryAll).thenRefused('conflict');
  given(registered(), disabled)
    .when(admin, command('webhook.report', { webhookId: ID, act: replay }))
    .thenRefused('conflict');
  given(registered(), disabled)
    .when(admin, command('webhook.report', { webhookId: ID, act: cancel }))
    .then({ type: 'CHAT_WEBHOOK_REPLAY_CANCELLED', data: { ...about, replay_id: ID } });
});

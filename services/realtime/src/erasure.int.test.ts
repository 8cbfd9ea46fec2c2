import { privacyStream, tenantId, type ChatEvent } from '@threadlog/events';
import type { KeyEvidence } from '@threadlog/sealing';
import { testActor, threadStory } from '@threadlog/testing';
import type { Story } from './testing/backend';
import { givenRealtime } from './testing/service';

const tenant = tenantId('acme');
const SECRET = 'a secret of ada';

/** An erasure that destroys the person's key for real and says so. */
function erasureOf(userId: string): Story {
  const subject = { kind: 'user' as const, id: userId };
  const place = { ...privacyStream(tenant, subject), learnerId: null, startedAt: 0 };
  return {
    place: place as unknown as Story['place'],
    async events(sealing) {
      const keys = (await (sealing as unknown as Destroying).destroy(tenant, { kind: 'subject', id: userId })).map(
        ({ keyId, kind, fingerprint, masterVersion }) => ({
          key_id: keyId,
          kind,
          fingerprint,
          master_version: masterVersion,
        }),
      );
      return [
        {
          ...STAMP,
          stream_id: userId,
          data: { request_id: 'r-1', subject, keys, keys_total: keys.length },
        } as unknown as ChatEvent,
      ];
    },
  };
}
interface Destroying {
  destroy(of: typeof tenant, target: { kind: 'subject'; id: string }): Promise<KeyEvidence[]>;
}

const STAMP = {
  event_id: '0198c0de-0000-7000-8000-000000000001',
  event_type: 'CHAT_PRIVACY_SUBJECT_ERASED',
  schema_version: 1,
  tenant_id: tenant,
  learner_id: null,
  stream_type: 'privacy',
  stream_version: 3,
  epoch: 1,
  timestamp: '2026-11-01T00:00:00.000000Z',
  actor: { type: 'system', id: 'worker', role: 'admin' },
  correlation_id: 'test',
  causation_id: null,
  idempotency: null,
};

describe('an erasure', () => {
  const server = givenRealtime();
  const { tell, ready, project } = server;

  test('is told once to who shares a thread, and nothing of the person is shown after it', async () => {
    const [one, two] = ['shared-1', 'shared-2'].map((threadId) =>
      threadStory({ threadId, owner: 'ada', members: ['ben'], title: 'Shared' }),
    );
    const secret = one!.post('ada', SECRET);
    one!.post('ben', 'words of ben');
    const told = await tell(one!);
    await tell(two!);
    await project();
    const [ben, cyd, foreign] = await Promise.all([
      ready(testActor('ben'), { resume: { 'shared-1': 0 } as Record<string, number> }),
      ready(testActor('cyd')),
      ready(testActor('ben', { tenant: 'globex' })),
    ]);
    await tell(erasureOf('ada'));
    expect(await ben.wait('user:erased')).toEqual([{ userId: 'ada' }]);

    // Told by hand: nothing of the story can be sealed again.
    const gone = { thread_id: 'shared-1', message_id: secret, message_index: 1, reason: 'privacy' };
    const deletion = {
      ...told[1]!,
      event_id: STAMP.event_id,
      event_type: 'CHAT_MESSAGE_DELETED',
      stream_version: 4,
      data: gone,
    };
    await tell({ place: one!.place, events: () => Promise.resolve([...told, deletion as unknown as ChatEvent]) });
    const [deleted] = await ben.wait('message:deleted');
    expect(Object.keys(deleted!).sort()).toEqual(
      ['conversationId', 'deletedAt', 'messageId', 'messageIndex', 'seq', 'threadId'].sort(),
    );
    for (const { frames } of [cyd, foreign]) expect(frames.map(({ name }) => name)).toEqual(['hello']);
    expect(ben.of('user:erased')).toHaveLength(1);

    // What the ring still holds is sealed for ever.
    const again = await ready(testActor('ben'), { resume: { 'shared-1': 1 } });
    await again.wait('resumed');
    const shown = JSON.stringify(again.frames);
    expect(shown).not.toContain(SECRET);
    expect(shown).toContain('words of ben');
  });
});

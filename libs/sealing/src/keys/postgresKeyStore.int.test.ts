import { tenantId } from '@threadlog/events';
import { testStack } from '@threadlog/testing';
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { createSealing } from '../sealing';
import { keyStoreContract } from './keyStore.contract';
import type { KeyStorePair } from './keyStore.testing';
import { createLocalMasterKey } from './masterKey';
import { createPostgresKeyStore, migrateKeyStore } from './postgresKeyStore';

describe('key store in Postgres', () => {
  const pools: Pool[] = [];
  const stack = testStack();
  let pair: KeyStorePair;

  beforeAll(async () => {
    const url = await stack.freshDatabase();
    pools.push(await stack.freshPool({ url }), await stack.freshPool({ url }));
    // Processes that start together migrate at once.
    await Promise.all(pools.map(migrateKeyStore));
    const [store, other] = pools.map(createPostgresKeyStore);
    pair = { store: store!, other: other! };
  });

  keyStoreContract(() => pair);

  describe('under two processes', () => {
    const tenant = tenantId('acme');
    const masterKey = createLocalMasterKey(randomBytes(32));
    const target = { stream: 'acme/thread/t', eventId: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d10', field: 'content' };
    const scopeOf = (learnerId: string) => ({
      tenantId: tenant,
      authorId: 'author',
      threadId: 't',
      month: '2026-11',
      learnerId,
    });
    const processes = () => [pair.store, pair.other].map((keyStore) => createSealing({ keyStore, masterKey }));

    test('given a scope that is new to both, when both seal at once, then each opens what the other sealed', async () => {
      for (let round = 0; round < 10; round += 1) {
        const both = processes();
        const scope = scopeOf(`learner-${round}`);
        const sealers = await Promise.all(both.map((sealing) => sealing.sealer(scope)));
        const blobs = sealers.map((sealer, index) => sealer.seal(`text ${index}`, target));
        for (const sealing of both) {
          await sealing.prepare(tenant, blobs);
          expect(blobs.map((blob) => sealing.open(tenant, blob, target))).toEqual(['text 0', 'text 1']);
        }
      }
    });

    test('given a key destroyed by one, when the other starts again, then the text is erased and new text refused', async () => {
      const [one, two] = processes();
      const scope = scopeOf('to-be-erased');
      const blob = (await one!.sealer(scope)).seal('text', target);
      await two!.destroy(tenant, { kind: 'subject', id: 'to-be-erased' });
      const [later] = processes();
      await later!.prepare(tenant, [blob]);
      expect(later!.open(tenant, blob, target)).toBeUndefined();
      await expect(later!.sealer(scope)).rejects.toMatchObject({ problem: { code: 'subject_erased' } });
    });

    test('given a destroyed key, when its row is read, then nothing of the key is in it', async () => {
      const [one] = processes();
      await one!.sealer(scopeOf('gone'));
      const [evidence] = await one!.destroy(tenant, { kind: 'subject', id: 'gone' });
      const { rows } = await pools[0]!.query('select * from keystore.keys where key_id = $1', [evidence!.keyId]);
      expect(rows).toMatchObject([{ wrapped: null, state: 'destroyed', entity_id: 'gone' }]);
    });
  });

  test('given a database that is away, when a key is needed, then the fault is one that passes', async () => {
    const pool = await stack.freshPool({ url: 'postgresql://nobody@127.0.0.1:1/none', connectTimeoutMs: 2_000 });
    const sealing = createSealing({
      keyStore: createPostgresKeyStore(pool),
      masterKey: createLocalMasterKey(randomBytes(32)),
    });
    await expect(sealing.prepareTenant(tenantId('acme'))).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  });
});

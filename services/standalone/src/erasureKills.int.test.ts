import type { ChatEvent, MessageResource, ThreadResource } from '@threadlog/events';
import { verifyReceipt } from '@threadlog/sealing';
import { envOfChild, eventually, testActor } from '@threadlog/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { givenErasureBed, officer, RECEIPT_PUBLIC_KEY } from './testing/erasureBed';

const WORKER = join(__dirname, '../../worker/src/testing/erasureWorker.mjs');

/** Points at which the worker is killed, in their order, and the step it has saved by then. */
const POINTS = [
  ['tenant.beginErasure', null],
  ['deletion_started', null],
  ['close', 'close'],
  ['destroy', 'destroy'],
  ['erased', 'destroy'],
  ['thread.scrub', 'scrub'],
  ['user.remove', 'scrub'],
  ['dropFor', 'purge'],
  ['countFor', 'purge'],
  ['unlisted', 'verify'],
  ['signReceipt', 'complete'],
  ['deletion_completed', 'complete'],
] as const;

describe('an erasure whose worker is killed with SIGKILL at every step', () => {
  const bed = givenErasureBed('postgres');
  const children: ChildProcess[] = [];
  afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

  function worker(hangAt?: string): ChildProcess {
    const env = { ...envOfChild(), ...bed.workerEnv(), ...(hangAt !== undefined && { HANG_AT: hangAt }) };
    const child = spawn(process.execPath, [WORKER], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  }

  it('is carried out once, and signed once', async () => {
    const tenant = 'killed';
    const office = officer(tenant);
    const ada = testActor('ada', { tenant });
    const begun = await bed.as(ada).call<ThreadResource>('POST', '/api/v1/threads', { participantIds: ['ben'] });
    const path = `/api/v1/threads/${begun.body.id}/messages`;
    for (let count = 0; count < 60; count += 1) await bed.as(ada).call('POST', path, { content: `text ${count}` });
    const ben = testActor('ben', { tenant });
    await bed.as(ben).call('POST', path, { content: 'stays' });
    await bed.internally(tenant).call('POST', '/api/users/sync', { externalUserId: 'ada', displayName: 'Ada' });
    const { id } = await bed.requested(office, { userId: 'ada' });

    for (const [point, step] of POINTS) {
      if (point === 'destroy') await killedWhileItWaits(id);
      const child = worker(point);
      const exited = once(child, 'exit');
      const lines = createInterface({ input: child.stdout! });
      const [line] = (await Promise.race([once(lines, 'line'), exited])) as [string];
      expect(line).toBe(`hanging at ${point}`);
      child.kill('SIGKILL');
      await exited;
      expect([point, await savedStep(id)]).toEqual([point, step]);
    }
    const last = worker();
    await bed.settled(office, id);
    await eventually(async () => expect(await erasing(tenant)).toEqual([]), { timeoutMs: 20_000 });
    last.kill('SIGTERM');
    await once(last, 'exit');

    const told = (await bed.events()).filter((event) => event.tenant_id === tenant);
    expect(countsOf(told)).toEqual({
      CHAT_ERASURE_BEGUN: 1,
      CHAT_ERASURE_ENDED: 1,
      CHAT_PRIVACY_DELETION_REQUESTED: 1,
      CHAT_PRIVACY_DELETION_STARTED: 1,
      CHAT_PRIVACY_SUBJECT_ERASED: 1,
      CHAT_PRIVACY_DELETION_COMPLETED: 1,
      CHAT_MESSAGE_DELETED: 60,
      CHAT_USER_REMOVED: 1,
    });
    const left = await bed.as(ben).call<{ messages: MessageResource[] }>('GET', path);
    expect(left.body.messages.map(({ content }) => content)).toEqual(['stays']);
    const receipt = await bed.as(office).call('GET', `/api/v1/privacy/requests/${id}/receipt`);
    expect(receipt.body).toMatchObject({ requestId: id, keyCount: 1 });
    expect(verifyReceipt(receipt.body, RECEIPT_PUBLIC_KEY)).toMatchObject({ valid: true });
  }, 240_000);

  /** The wait for caches is long enough to be met in the middle. */
  async function killedWhileItWaits(id: string): Promise<void> {
    const child = worker('destroy');
    const exited = once(child, 'exit');
    await eventually(async () => expect(await savedStep(id)).toBe('let_go'), { timeoutMs: 30_000 });
    child.kill('SIGKILL');
    await exited;
  }

  async function savedStep(id: string): Promise<string | null> {
    const { rows } = await bed.runtime.database.query<{ step: string; state: { step: string } | null }>(
      'select step, state from threadlog.privacy_jobs where request_id = $1',
      [id],
    );
    return rows[0]?.state?.step ?? null;
  }

  async function erasing(tenant: string): Promise<unknown[]> {
    const { rows } = await bed.runtime.database.query<{ erasing: unknown[] }>(
      'select erasing from read_1.tenants where tenant_id = $1',
      [tenant],
    );
    return rows[0]!.erasing;
  }
});

const COUNTED = /^CHAT_(ERASURE|PRIVACY|MESSAGE_DELETED|USER_REMOVED)/;

function countsOf(events: readonly ChatEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { event_type: type } of events) if (COUNTED.test(type)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

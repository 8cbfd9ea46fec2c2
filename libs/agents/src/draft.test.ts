import { draftPlace, LIMITS, tenantId, type SignalData } from '@threadlog/events';
import { eventually, memorySealing } from '@threadlog/testing';
import { createDraft, type Draft } from './draft';
import { createWritten } from './written';

type Told = SignalData<'AGENT_DRAFT'>;
const tenant = tenantId('acme');
const sealing = memorySealing();
const run = {
  ...{
    tenantId: tenant,
    threadId: 't1',
    triggerMessageId: 'm1',
    triggerIndex: 1,
    attempts: 0,
    attempt: 5,
    isStopped: false,
  },
  ...{ askedAt: '2026-01-01T00:00:00.000000Z', runId: '4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33', agentId: 'tutor' },
};
const drafts: Draft[] = [];
afterEach(() => drafts.splice(0).forEach((draft) => draft.dropped()));

function given(askedBy = 'ada') {
  const told: Told[] = [];
  const draft = createDraft(
    {
      sealing,
      publish: (_tenant, _type, data) => void told.push(data as Told),
      learnerOf: () => Promise.resolve('lea'),
    },
    { ...run, askedBy },
  );
  drafts.push(draft);
  const open = async ({ text, ...data }: Told): Promise<string> => {
    await sealing.prepare(tenant, [text?.content]);
    return sealing.open(tenant, text!.content, draftPlace(data, text!)) as string;
  };
  const texts = async () =>
    Promise.all(told.filter(({ text }) => text).map(async (data) => [data.text!.op, data.text!.n, await open(data)]));
  return { draft, told, texts };
}

test('tells a row of texts, coalesced, and never a text in the clear', async () => {
  const { draft, told, texts } = given();
  draft.thinking();
  let said = '';
  for (const word of ['What ', 'a ', 'day ', 'it ', 'is']) draft.text((said += word));
  await draft.settled();
  for (const word of [', ', 'my ', 'friend']) draft.text((said += word));
  draft.tool();
  await draft.settled();
  draft.text(`${said}!`);
  await draft.settled();
  await draft.ended('complete', true);
  draft.text('after the end');
  expect(await texts()).toEqual([
    ['replace', 1, 'What a day it is'],
    ['append', 2, ', my friend'],
    ['append', 3, '!'],
  ]);
  expect(told.map(({ state, reason, has_message }) => reason ?? (has_message ? '?' : state))).toEqual([
    'thinking',
    'writing',
    'writing',
    'tool',
    'writing',
    'complete',
  ]);
  expect(told.at(-1)).toEqual({
    ...{ thread_id: 't1', run_id: run.runId, agent_id: 'tutor', attempt: 5 },
    ...{ state: 'ended', reason: 'complete', has_message: true },
  });
  expect(JSON.stringify(told)).not.toContain('friend');
});

test('tells steps that follow each other at once in one, whatever they are', async () => {
  const { draft, told } = given();
  draft.thinking();
  for (let step = 1; step <= 5_000; step += 1) {
    draft.text('x'.repeat(step));
    draft.tool();
    if (step % 100 === 0) await new Promise(setImmediate);
  }
  await draft.settled();
  expect(told.at(-1)!.state).toBe('tool');
  expect(told.filter(({ state }) => state === 'tool').length).toBeLessThan(500);
});

test('repeats the whole draft every now and then', async () => {
  const { draft, texts } = given();
  draft.thinking();
  draft.text('Hello');
  await draft.settled();
  await eventually(async () => expect((await texts()).slice(1)).toContainEqual(['replace', 1, 'Hello']));
});

test('begins once more with each request', async () => {
  const { draft, texts } = given();
  draft.thinking();
  draft.text(' ');
  await draft.settled();
  draft.thinking();
  draft.text('Now');
  await draft.settled();
  expect(await texts()).toEqual([
    ['replace', 1, ' '],
    ['replace', 2, 'Now'],
  ]);
});

test.each([
  ['who asked', { kind: 'subject', id: 'gone' }, 'gone'],
  ['the learner', { kind: 'subject', id: 'lea' }, 'ada'],
] as const)('ends with the erasure of %s, and what was told opens no more', async (_whose, target, askedBy) => {
  const { draft, told } = given(askedBy);
  draft.text('Dear');
  await draft.settled();
  await sealing.destroy(tenant, target);
  draft.text('Dear Ada');
  await draft.settled();
  expect(told.at(-1)).toMatchObject({ state: 'ended', reason: 'stopped' });
  const [{ text, ...data }] = told.filter((each) => each.text) as [Told];
  await sealing.prepare(tenant, [text!.content]);
  expect(sealing.open(tenant, text!.content, draftPlace(data, text!))).toBeUndefined();
});

describe('what is written', () => {
  const told = (...soFar: string[]) => {
    const written = createWritten();
    return soFar.map((text) => {
      written.write(text);
      const fresh = written.fresh();
      fresh.taken();
      return fresh.text;
    });
  };

  test('is never told by half a character, whatever comes', () => {
    expect(told('a\ud83d', 'a\ud83d\udc4d', 'a\ud83d\udc4d\udc4d')).toEqual(['a', '👍', '\ufffd']);
    expect(told('\ud83d', '\ud83dx')).toEqual(['', '\ufffdx']);
    expect(told('a\0', 'a\0b')).toEqual(['a', 'b']);
  });

  test('is told as far as a message goes', () => {
    const mebibyte = '👍'.repeat(262_144);
    const [first, second, third] = told(mebibyte.slice(0, 11), mebibyte, `${mebibyte}x`);
    expect([...first!, ...second!]).toHaveLength(LIMITS.contentCharacters);
    expect(`${first}${second}`).toBe('👍'.repeat(LIMITS.contentCharacters));
    expect(third).toBe('');
  });
});

import { LIMITS, type ChatEvent, type Draft } from '@threadlog/events';
import { beginning, evolve, hopsOf, type ThreadState } from '@threadlog/read-models';
import { historyOf } from '@threadlog/testing';
import fc from 'fast-check';
import { added, threadCreated } from '../drafts.testing';
import { actor, bob, command, LIMITS as BOUNDS } from '../given.testing';
import { definitionOf } from '../registry';

const AGENTS = ['one', 'two', 'three'];
const agentOf = (id: string) => actor(id, { type: 'agent', role: 'agent' });
/** Its place is that of an agent, and its token says nothing of it. */
const userOf = (id: string) => actor(id);
const RUN = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d77';

type Move = { who: 'person'; mentions: string[] } | { who: 'agent'; id: string; asUser: boolean; mentions: string[] };
const mentions = fc.subarray(AGENTS);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ who: fc.constant('person' as const), mentions }),
  fc.record({ who: fc.constant('agent' as const), id: fc.constantFrom(...AGENTS), asUser: fc.boolean(), mentions }),
);

/** A conversation of a person and three agents, of which each mentions all others whenever it says anything. */
function conversation(ways: readonly boolean[]) {
  const start = [threadCreated(), ...AGENTS.map((id) => added(id, 'agent'))];
  const state: ThreadState = beginning('thread');
  const log: ChatEvent[] = [];
  const append = (drafts: readonly Draft[]): ChatEvent[] => {
    const events = historyOf([...log.map(({ event_type: type, data }) => ({ type, data }) as never), ...drafts]).slice(
      log.length,
    );
    for (const event of events) {
      log.push(event);
      evolve(state, event);
    }
    return events;
  };
  append(start);
  let ids = 0;
  let asks = 0;

  function decide(who: ReturnType<typeof actor>, what: ReturnType<typeof command>): ChatEvent[] {
    ids += 1;
    const context = { actor: who, now: '2026-02-01T00:00:00.000000Z', newId: `m${ids}`, root: state, holds: () => [] };
    const decided = definitionOf(what).decide(what.input, state, {
      ...context,
      extras: {},
      limits: { ...BOUNDS, maxMessagesPerThread: 10_000 },
    } as never);
    return decided.kind === 'events' ? append(decided.events) : [];
  }

  /** Whom a message of an agent asks, by what the worker goes by. */
  function askedBy({ data }: ChatEvent): string[] {
    if (!('sender_type' in data) || data.sender_type === 'system') return [];
    if (data.sender_type === 'agent' && hopsOf(data) >= LIMITS.agentHops) return [];
    return data.mentions.filter((id) => AGENTS.includes(id) && id !== data.sender_id);
  }

  /** Agents that are asked say something: as an answer, or by themselves. All of it, until nobody is asked any more. */
  function settle(first: readonly ChatEvent[], most: number): void {
    const waiting = [...first];
    for (let said = 0; waiting.length > 0;) {
      const message = waiting.shift()!;
      for (const id of askedBy(message)) {
        asks += 1;
        const others = AGENTS.filter((each) => each !== id);
        const trigger = 'message_id' in message.data ? message.data.message_id : '';
        const run = { runId: RUN, triggerMessageId: trigger, finish: 'complete' as const };
        const what = ways[asks % ways.length]
          ? command('agent.answer', { content: 'x', mentions: others, run })
          : command('message.post', { content: 'x', mentions: others });
        const events = decide(agentOf(id), what);
        said += events.length;
        if (said > most) throw new Error(`they do not end: ${said}`);
        waiting.push(...events);
      }
    }
  }

  return {
    play(one: Move) {
      const who = one.who === 'person' ? bob : one.asUser ? userOf(one.id) : agentOf(one.id);
      const said = decide(who, command('message.post', { content: 'x', mentions: one.mentions }));
      settle(said, 100);
      return said;
    },
    askedBy,
  };
}

test('agents that mention each other end, whichever way each of them writes', () => {
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 12 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      (moves, ways) => {
        const talk = conversation(ways);
        for (const one of moves) talk.play(one);
      },
    ),
    { numRuns: 200 },
  );
});

test('agents that post by themselves ask others twice until a person speaks, and never before one has', () => {
  const talk = conversation([true]);
  const alone = { who: 'agent', id: 'one', asUser: false, mentions: ['two'] } as const;
  const asks = (one: Move) => talk.play(one).flatMap(talk.askedBy);
  expect(asks({ ...alone, mentions: [...alone.mentions] })).toEqual([]);
  expect(asks({ who: 'person', mentions: [] })).toEqual([]);
  // It is heard, answered, and then no more: also with a token that says nothing of agents.
  expect(asks({ ...alone, asUser: true, mentions: ['two'] })).toEqual(['two']);
  expect(asks({ ...alone, asUser: true, mentions: ['two'] })).toEqual([]);
  expect(asks({ who: 'person', mentions: [] })).toEqual([]);
  expect(asks({ ...alone, mentions: ['three'] })).toEqual(['three']);
});

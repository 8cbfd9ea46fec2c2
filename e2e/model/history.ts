import type { MessageResource, ThreadResource } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import { clientOf, type Client } from '../support/people';
import { follow, type Follower } from './follower';
import { expectedTold, expectedUnread, readChanges, readThread, readUnread, seenResource } from './readSide';
import { createdThread, planOf } from './rules';
import { expectedView, PEOPLE, reactionsOf, seenBy, seenMessage, visibleTo, type Model, type Who } from './state';
import type { Step } from './steps';
import type { Plan } from './turn';

/** Everything is compared after every so many commands, and at the end. */
const STEPS_BETWEEN_CHECKS = 6;
const MOST_THREADS = 4;
const CONSISTENCY = 'x-consistency-token';

interface Observer {
  who: Who;
  /** Holds its connection from beginning to end. */
  steady: Follower;
  /** Loses it and resumes, as the history says. */
  flaky: Follower;
}

interface World {
  model: Model;
  clients: Map<Who, Client>;
  observers: Observer[];
  /** The last token of each place that was written to. */
  tokens: Map<string, string>;
}

/** Plays a history in a tenant of its own, and holds everybody's view of it against the model. */
export async function play(
  urls: { api: string; realtime: string },
  tenant: string,
  steps: readonly Step[],
): Promise<void> {
  const clients = new Map(PEOPLE.map((id) => [id, clientOf(urls.api, { id, tenant })]));
  const observers = (['ann', 'bob', 'cyd'] as const).map((who) => ({
    who,
    steady: follow(urls.realtime, clients.get(who)!, `${who}, steady`),
    flaky: follow(urls.realtime, clients.get(who)!, `${who}, flaky`),
  }));
  const world: World = { model: { threads: [] }, clients, observers, tokens: new Map() };
  try {
    await begin(world);
    for (const [count, step] of steps.entries()) {
      await take(world, step);
      if (count % STEPS_BETWEEN_CHECKS === STEPS_BETWEEN_CHECKS - 1) await compare(world);
    }
    for (const { flaky } of observers) flaky.resume();
    await compare(world);
    expect(observers.flatMap(({ steady, flaky }) => [...steady.faults, ...flaky.faults])).toEqual([]);
  } finally {
    for (const { steady, flaky } of observers) [steady, flaky].forEach((follower) => follower.close());
  }
}

async function begin({ model, clients, tokens }: World): Promise<void> {
  for (const others of [['bob', 'cyd'], ['bob', 'cyd', 'dan'], []] as Who[][]) {
    const body = { participantIds: others };
    const answer = await clients.get('ann')!.call<ThreadResource>('POST', '/api/v1/threads', body);
    expect(answer.status).toBe(201);
    tokens.set(answer.body.id, answer.headers.get(CONSISTENCY)!);
    model.threads.push(createdThread(answer.body.id, 'ann', others));
  }
}

async function take(world: World, step: Step): Promise<void> {
  const { model, observers } = world;
  if (step.kind === 'drop' || step.kind === 'resume') return observers[step.who % observers.length]!.flaky[step.kind]();
  if (step.kind === 'create' && model.threads.length >= MOST_THREADS) return;
  // A message that is named is looked up in the read model; the newest is asked of the owner.
  if (step.kind === 'read' && !step.flag) await settle(world);
  await carryOut(world, step.kind, planOf(model, step));
}

async function carryOut({ model, clients, tokens }: World, step: string, plan: Plan): Promise<void> {
  const answer = await clients.get(plan.who)!.call(plan.method, plan.path, plan.body);
  const code = answer.status < 400 ? answer.status : (answer.body as { code: string }).code;
  expect({ step, ...shown(plan), code }).toEqual({ step, ...shown(plan), code: plan.outcome });
  if (answer.status >= 400) return;
  plan.effect?.(answer.body);
  const token = answer.headers.get(CONSISTENCY);
  if (token) tokens.set(plan.place, token);
  if (isMessage(answer.body)) compareAnswer(model, answer.body);
}

const shown = ({ who, method, path, body }: Plan) => ({ who, method, path, body });

function isMessage(body: unknown): body is MessageResource {
  return typeof body === 'object' && body !== null && 'messageType' in body;
}

/** A command's answer is the aggregate's own view. */
function compareAnswer({ threads }: Model, answer: MessageResource): void {
  const thread = threads.find(({ id }) => id === answer.threadId)!;
  const message = thread.messages.find(({ id }) => id === answer.id)!;
  const expected = seenMessage({ ...message, reactions: reactionsOf(message.reactions) });
  expect({ seq: answer.seq, ...seenResource(answer) }).toEqual({ seq: message.seq, ...expected });
}

/** Waits until reads show every write. */
async function settle({ tokens, clients }: World): Promise<void> {
  for (const token of tokens.values()) {
    const answer = await clients.get('ann')!.call('GET', '/api/v1/unread', undefined, { [CONSISTENCY]: token });
    expect(answer.status).toBe(200);
  }
  tokens.clear();
}

async function compare(world: World): Promise<void> {
  const { model, clients, observers } = world;
  await settle(world);
  for (const who of PEOPLE) {
    const client = clients.get(who)!;
    for (const thread of model.threads) {
      expect({ who, told: await readThread(client, thread.id) }).toEqual({ who, told: expectedTold(thread, who) });
    }
    expect(await readUnread(client)).toEqual(expectedUnread(model, who));
  }
  await compareChanges(world);
  for (const { who, steady, flaky } of observers) {
    for (const thread of model.threads) {
      const expected = expectedView(thread, who);
      await eventually(() => expect({ who, view: steady.view(thread.id) }).toEqual({ who, view: expected }));
      if (!flaky.connected()) continue;
      await eventually(() =>
        expect({ flaky: who, view: flaky.view(thread.id) }).toEqual({ flaky: who, view: expected }),
      );
    }
  }
}

/** Changes since any seq tell of exactly the messages that changed above it, or to start over. */
async function compareChanges({ model, clients }: World): Promise<void> {
  for (const thread of model.threads) {
    const member = seenBy(thread, 'bob');
    if (!member) continue;
    for (const since of [0, Math.floor(thread.seq / 2), thread.seq]) {
      const changed = visibleTo(thread, member).filter(({ seq }) => seq > since);
      const told = await readChanges(clients.get('bob')!, thread.id, since);
      if (told !== null) expect(told).toEqual(changed.map(({ index }) => index));
      if (since === thread.seq) expect(told).not.toBeNull();
    }
  }
}

import { problem } from '@threadlog/events';
import {
  compareGenerations,
  createGeneration,
  dropGeneration,
  flipGeneration,
  generationProgress,
  nextGeneration,
} from '@threadlog/projector';
import { activeGeneration } from '@threadlog/read-models';
import { defineRoute } from '@threadlog/service';
import type { ConsoleDeps } from '../deps';
import { refuse } from '../refuse';
import { compareAnswer, compareBody, generationAnswer, generationBody, generationsAnswer } from './schemas';

const tags = ['Operations'];

/** A comparison holds both read models in memory: beyond so many records of the log it is left to the command. */
const MOST_COMPARED = 100_000;

const listGenerations = defineRoute({
  method: 'get',
  path: '/ops/generations',
  summary: 'Generations of the read model that are kept up, and how far each has read the log',
  tags,
  auth: 'user',
  responses: { 200: { description: 'All of them', schema: generationsAnswer } },
  async handler(_request, { database, log }: ConsoleDeps) {
    const [generations, next] = await Promise.all([generationProgress(database, log), nextGeneration(database)]);
    return { status: 200, body: { next, generations } };
  },
});

/** By its number, so that of two operators who press at once one is refused. */
const createNext = defineRoute<{ body: typeof generationBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/generations/create',
  summary: 'Begins the next generation, which projectors build from the log while the served one serves',
  tags,
  auth: 'user',
  body: generationBody,
  responses: { 200: { description: 'It is being built', schema: generationAnswer } },
  problems: ['conflict'],
  async handler({ body: { generation } }, { database, messageStore, logger }) {
    const { kind } = messageStore(await activeGeneration(database));
    await createGeneration(database, kind, generation).catch(refuse);
    logger.warn({ generation }, 'an operator began a generation');
    return { status: 200, body: { generation } };
  },
});

const compare = defineRoute<{ body: typeof compareBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/generations/compare',
  summary: 'Says whether two generations hold the same; changes nothing',
  tags,
  auth: 'user',
  body: compareBody,
  responses: { 200: { description: 'Whether they do', schema: compareAnswer } },
  problems: ['conflict'],
  async handler({ body: { one, other } }, { database, log, messageStore }) {
    const live = await generationProgress(database, log);
    const sides = [one, other].map((generation) => {
      const found = live.find((each) => each.generation === generation);
      if (!found) throw problem('not_found', `There is no generation ${generation}.`);
      return found;
    });
    if (sides.some(({ read }) => read > MOST_COMPARED))
      throw problem('conflict', 'They are too large to be compared by a process that serves: use the command.');
    const side = (generation: number) => ({ generation, store: messageStore(generation) });
    const comparison = await compareGenerations(database, side(one), side(other)).catch(refuse);
    return { status: 200, body: { comparison } };
  },
});

const serve = defineRoute<{ body: typeof generationBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/generations/flip',
  summary: 'Serves another generation, if it has read as far as the served one',
  tags,
  auth: 'user',
  body: generationBody,
  responses: { 200: { description: 'It is served', schema: generationAnswer } },
  problems: ['conflict'],
  async handler({ body: { generation } }, { database, logger }) {
    await flipGeneration(database, generation).catch(refuse);
    logger.warn({ generation }, 'an operator flipped to a generation');
    return { status: 200, body: { generation } };
  },
});

const drop = defineRoute<{ body: typeof generationBody }, ConsoleDeps>({
  method: 'post',
  path: '/ops/generations/drop',
  summary: 'Drops a generation that is not served, with all that is in it; the log can build another one',
  tags,
  auth: 'user',
  body: generationBody,
  responses: { 200: { description: 'It is gone', schema: generationAnswer } },
  problems: ['conflict'],
  async handler({ body: { generation } }, { database, messageStore, logger }) {
    await dropGeneration(database, messageStore(generation), generation).catch(refuse);
    logger.warn({ generation }, 'an operator dropped a generation');
    return { status: 200, body: { generation } };
  },
});

export const generationRoutes = [listGenerations, createNext, compare, serve, drop];

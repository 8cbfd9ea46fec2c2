import {
  createProfiles,
  createReadingQueries,
  createStatements,
  createThreadQueries,
  hiddenReplies,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import type { Sealing } from '@threadlog/sealing';
import { createAnswers, type Answers } from '../commands/answers';
import type { DecisionContext } from '../decider';
import { createSurroundings } from './surroundings';

export interface RowAnswersOptions {
  database: Database;
  sealing: Sealing;
  messageStore(generation: number): MessageStore;
  limits: DecisionContext['limits'];
  /** The generation served; asked anew each time. */
  generation(): number;
}

/** Answers from the read model's rows: profiles, and what stands around a thread. */
export function createRowAnswers({ database, sealing, messageStore, limits, generation }: RowAnswersOptions): Answers {
  const queries = createThreadQueries({ database, generation });
  const profiles = createProfiles({ opener: sealing, loadUsers: (tenantId, ids) => queries.usersByIds(tenantId, ids) });
  const statements = createStatements({ database, generation });
  return createAnswers({
    opener: sealing,
    limits,
    profilesOf: (tenantId, userIds) => profiles.of(tenantId, userIds),
    hiddenReplies: (tenantId, shown) => hiddenReplies(statements, tenantId, shown),
    surroundingsOf: createSurroundings({
      statements,
      reading: createReadingQueries({ database, generation }),
      messages: () => messageStore(generation()),
    }),
  });
}

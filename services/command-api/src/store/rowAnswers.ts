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
import { createAnswers, type Answers } from '../pipeline/answer';
import type { Limits } from '../commands/decision';
import { createThreadContext } from './threadContext';

export interface RowAnswersOptions {
  database: Database;
  sealing: Sealing;
  messageStore(generation: number): MessageStore;
  limits: Limits;
  /** The generation served; asked each time. */
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
    threadContext: createThreadContext({
      statements,
      reading: createReadingQueries({ database, generation }),
      messages: () => messageStore(generation()),
    }),
  });
}

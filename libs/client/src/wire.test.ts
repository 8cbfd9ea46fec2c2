import type {
  AgentWithSecretResource,
  ClientEventAnswers,
  MessageResource,
  PrivacyRequestResource,
  ProblemCode as KnownCode,
  ServerToClientPayloads,
  ThreadResource,
  WebhookWithSecretResource,
} from '@threadlog/events';
import type {
  AgentWithSecret,
  CommandAnswers,
  Message,
  PrivacyRequest,
  ProblemCode,
  ServerFrames,
  Thread,
  WebhookWithSecret,
} from './generated/wire.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

// A wrong one does not compile: `npm run generate` was not run after a change of libs/events.
const same: [
  Same<Message, MessageResource>,
  Same<Thread, ThreadResource>,
  Same<PrivacyRequest, PrivacyRequestResource>,
  Same<WebhookWithSecret, WebhookWithSecretResource>,
  Same<AgentWithSecret, AgentWithSecretResource>,
  Same<ServerFrames, ServerToClientPayloads>,
  Same<CommandAnswers, ClientEventAnswers>,
  Same<ProblemCode, KnownCode>,
] = [true, true, true, true, true, true, true, true];

it('has the types of libs/events', () => expect(same).not.toContain(false));

import type { Command, CommandType } from '@threadlog/commands';
import type { CommandDefinition } from './define';
import { answerAsAgent } from './agents/answer';
import { endRunOfAgent } from './agents/endRun';
import { mayAnswerAsAgent } from './agents/mayAnswer';
import { setAgentMode } from './agents/mode';
import { mayStopAgents } from './agents/stop';
import { deleteMessage } from './messages/delete';
import { editMessage } from './messages/edit';
import { pinMessage } from './messages/pin';
import { postMessage } from './messages/post';
import { unpinMessage } from './messages/unpin';
import { addParticipant } from './participants/add';
import { changeParticipantRole } from './participants/changeRole';
import { removeParticipant } from './participants/remove';
import { cancelDeletion } from './privacy/cancel';
import { requestDeletion } from './privacy/delete';
import { requestExport } from './privacy/export';
import { readmitSubject } from './privacy/readmit';
import { reportPrivacy } from './privacy/report';
import { addReaction } from './reactions/add';
import { removeReaction } from './reactions/remove';
import { beginErasure } from './tenants/beginErasure';
import { endErasure } from './tenants/endErasure';
import { setHold } from './tenants/hold';
import { releaseHold } from './tenants/releaseHold';
import { setRetention } from './tenants/retention';
import { createThread } from './threads/create';
import { deleteThread } from './threads/delete';
import { eraseThread } from './threads/erase';
import { tellNewest } from './threads/newest';
import { scrubMessages } from './threads/scrub';
import { scrubSettings } from './threads/scrubSettings';
import { updateThread } from './threads/update';
import { changePreferences } from './users/preferences';
import { readThread } from './users/read';
import { removeUser } from './users/remove';
import { syncUser } from './users/sync';
import { deleteAgent } from './agents/delete';
import { registerAgent } from './agents/register';
import { rotateAgentSecret } from './agents/rotateSecret';
import { deleteWebhook } from './webhooks/delete';
import { disableWebhook } from './webhooks/disable';
import { reportWebhook } from './webhooks/report';
import { registerWebhook } from './webhooks/register';
import { rotateWebhookSecret } from './webhooks/rotateSecret';
import { updateWebhook } from './webhooks/update';

const LISTED = [
  createThread,
  updateThread,
  deleteThread,
  tellNewest,
  scrubMessages,
  scrubSettings,
  eraseThread,
  postMessage,
  editMessage,
  deleteMessage,
  pinMessage,
  unpinMessage,
  setAgentMode,
  mayAnswerAsAgent,
  answerAsAgent,
  endRunOfAgent,
  mayStopAgents,
  addParticipant,
  removeParticipant,
  changeParticipantRole,
  addReaction,
  removeReaction,
  readThread,
  changePreferences,
  syncUser,
  removeUser,
  requestExport,
  requestDeletion,
  cancelDeletion,
  readmitSubject,
  reportPrivacy,
  setHold,
  releaseHold,
  setRetention,
  beginErasure,
  endErasure,
  registerAgent,
  rotateAgentSecret,
  deleteAgent,
  registerWebhook,
  updateWebhook,
  rotateWebhookSecret,
  disableWebhook,
  reportWebhook,
  deleteWebhook,
] as const;

/** Every command that is carried out here. */
export const DEFINITIONS: readonly CommandDefinition[] = LISTED;

/** Contracts that nobody carries out: none, or this does not compile. */
type Missing = Exclude<CommandType, (typeof LISTED)[number]['contract']['type']>;
const BY_TYPE: Record<Missing, never> & Partial<Record<string, CommandDefinition>> = Object.fromEntries(
  DEFINITIONS.map((definition) => [definition.contract.type, definition]),
);

export function definitionOf({ type }: Pick<Command, 'type'>): CommandDefinition {
  return BY_TYPE[type]!;
}

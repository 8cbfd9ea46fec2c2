import type { z } from 'zod';
import { agentAnswer } from './agents/answer';
import { agentDelete } from './agents/delete';
import { agentRegister } from './agents/register';
import { agentRotateSecret } from './agents/rotateSecret';
import { agentEndRun } from './agents/endRun';
import { agentMayAnswer } from './agents/mayAnswer';
import { agentMode } from './agents/mode';
import { agentStop } from './agents/stop';
import { messageDelete } from './messages/delete';
import { messageEdit } from './messages/edit';
import { messagePin } from './messages/pin';
import { messagePost } from './messages/post';
import { messageUnpin } from './messages/unpin';
import { participantAdd } from './participants/add';
import { participantChangeRole } from './participants/changeRole';
import { participantRemove } from './participants/remove';
import { privacyCancel } from './privacy/cancel';
import { privacyDelete } from './privacy/delete';
import { privacyExport } from './privacy/export';
import { privacyReadmit } from './privacy/readmit';
import { privacyReport } from './privacy/report';
import { reactionAdd } from './reactions/add';
import { reactionRemove } from './reactions/remove';
import { tenantBeginErasure } from './tenants/beginErasure';
import { tenantEndErasure } from './tenants/endErasure';
import { tenantHold } from './tenants/hold';
import { tenantReleaseHold } from './tenants/releaseHold';
import { tenantRetention } from './tenants/retention';
import { threadCreate } from './threads/create';
import { threadDelete } from './threads/delete';
import { threadErase } from './threads/erase';
import { threadNewest } from './threads/newest';
import { threadScrub } from './threads/scrub';
import { threadScrubSettings } from './threads/scrubSettings';
import { threadUpdate } from './threads/update';
import { threadPreferences } from './users/preferences';
import { threadRead } from './users/read';
import { userRemove } from './users/remove';
import { userSync } from './users/sync';
import { webhookDelete } from './webhooks/delete';
import { webhookDisable } from './webhooks/disable';
import { webhookReport } from './webhooks/report';
import { webhookRegister } from './webhooks/register';
import { webhookRotateSecret } from './webhooks/rotateSecret';
import { webhookUpdate } from './webhooks/update';

/** Every command there is. */
export const CONTRACTS = [
  threadCreate,
  threadUpdate,
  threadDelete,
  threadNewest,
  threadScrub,
  threadScrubSettings,
  threadErase,
  messagePost,
  messageEdit,
  messageDelete,
  messagePin,
  messageUnpin,
  agentMode,
  agentMayAnswer,
  agentAnswer,
  agentEndRun,
  agentRegister,
  agentRotateSecret,
  agentDelete,
  agentStop,
  participantAdd,
  participantRemove,
  participantChangeRole,
  reactionAdd,
  reactionRemove,
  threadRead,
  threadPreferences,
  userSync,
  userRemove,
  privacyExport,
  privacyDelete,
  privacyCancel,
  privacyReadmit,
  privacyReport,
  tenantHold,
  tenantReleaseHold,
  tenantRetention,
  tenantBeginErasure,
  tenantEndErasure,
  webhookRegister,
  webhookUpdate,
  webhookRotateSecret,
  webhookDisable,
  webhookReport,
  webhookDelete,
] as const;

type Contract = (typeof CONTRACTS)[number];
export type CommandType = Contract['type'];

/** Their inputs by type. */
export const COMMANDS = Object.fromEntries(CONTRACTS.map(({ type, input }) => [type, input])) as {
  readonly [C in Contract as C['type']]: C['input'];
};

export type CommandInput<T extends CommandType> = z.infer<(typeof COMMANDS)[T]>;
/** A parsed command: its name and its checked input. */
export type Command = { [T in CommandType]: { type: T; input: CommandInput<T> } }[CommandType];

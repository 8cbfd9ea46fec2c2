import type { CommandType } from '@threadlog/commands';
import type { ProblemCode } from '@threadlog/events';

/**
 * What a command may be refused with on account of what it is about, besides what every request may be answered. The
 * document tells it of each route by the commands that the route sends; the deciders' tests hold the deciders to it.
 */
export const REFUSALS: Record<CommandType, readonly ProblemCode[]> = {
  'thread.create': ['conflict', 'thread_closed', 'subject_erased'],
  'thread.update': ['version_mismatch', 'subject_erased'],
  'thread.delete': ['legal_hold', 'subject_erased'],
  'thread.read': ['subject_erased'],
  'thread.newest': [],
  'thread.preferences': ['subject_erased'],
  'thread.scrub': ['legal_hold'],
  'thread.scrubSettings': ['legal_hold'],
  'thread.erase': ['legal_hold'],
  'message.post': ['thread_closed', 'thread_full', 'subject_erased'],
  'message.edit': ['thread_closed', 'gone', 'edit_limit_reached', 'version_mismatch', 'subject_erased'],
  'message.delete': ['legal_hold', 'subject_erased'],
  'message.pin': ['gone', 'subject_erased'],
  'message.unpin': ['gone', 'subject_erased'],
  'reaction.add': ['thread_closed', 'gone', 'conflict', 'subject_erased'],
  'reaction.remove': ['thread_closed', 'gone', 'subject_erased'],
  'participant.add': ['conflict', 'subject_erased'],
  'participant.remove': ['conflict', 'subject_erased'],
  'participant.changeRole': ['conflict', 'subject_erased'],
  'user.sync': ['subject_erased'],
  'user.remove': ['legal_hold'],
  'privacy.export': ['conflict', 'subject_erased'],
  'privacy.delete': ['conflict', 'subject_erased'],
  'privacy.cancel': ['conflict'],
  'privacy.readmit': ['conflict'],
  'privacy.report': ['conflict'],
  'tenant.hold': ['conflict', 'subject_erased'],
  'tenant.releaseHold': ['subject_erased'],
  'tenant.retention': ['subject_erased'],
  'tenant.beginErasure': ['version_mismatch', 'legal_hold'],
  'tenant.endErasure': [],
};

/** What any command may be refused with. */
export const COMMON_REFUSALS: readonly ProblemCode[] = ['invalid_request', 'forbidden', 'not_found', 'unavailable'];

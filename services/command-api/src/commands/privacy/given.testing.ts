import type { Actor } from '@threadlog/auth';
import type { COMMANDS, CommandType } from '@threadlog/commands';
import { tenantId, type Draft } from '@threadlog/events';
import type { z } from 'zod';
import { actor, command, given as givenStreams, NEW_ID, NOW } from '../given.testing';

export { NEW_ID, NOW };
export const worker = actor('worker', { type: 'system', role: 'admin', learnerScope: '*' });
export const lena = actor('lena', { role: 'learner' });
export const officer = actor('olga', { permissions: ['chat:privacy'] });

/** Given what was said in streams of a person or a tenant, when somebody commands something. */
export function given(...happened: Draft[]) {
  const { when } = givenStreams(...happened);
  return {
    when: <T extends CommandType>(who: Actor, type: T, input: z.input<(typeof COMMANDS)[T]>) =>
      when(who, command(type, input)),
  };
}

export const LENA = { kind: 'learner', id: 'lena' } as const;
export const ACME = { kind: 'tenant', id: tenantId('acme') } as const;

export function exportRequested(request_id = 'e1'): Draft {
  return { type: 'CHAT_PRIVACY_EXPORT_REQUESTED', data: { request_id, subject: LENA, requested_by: 'lena' } };
}

export function deletionRequested(request_id = 'd1'): Draft {
  const data = {
    request_id,
    subject: LENA,
    requested_by: 'lena',
    reason: 'subject_request',
    execute_after: NOW,
  } as const;
  return { type: 'CHAT_PRIVACY_DELETION_REQUESTED', data };
}

export function started(request_id = 'd1'): Draft {
  return { type: 'CHAT_PRIVACY_DELETION_STARTED', data: { request_id, subject: LENA } };
}

export function erased(request_id = 'd1'): Draft {
  return { type: 'CHAT_PRIVACY_SUBJECT_ERASED', data: { request_id, subject: LENA, keys: [], keys_total: 0 } };
}

export function completed(request_id = 'd1'): Draft {
  return { type: 'CHAT_PRIVACY_DELETION_COMPLETED', data: { request_id, subject: LENA, receipt: '{}' } };
}

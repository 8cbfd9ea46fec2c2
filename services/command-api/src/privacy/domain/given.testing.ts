import type { Actor } from '@threadlog/auth';
import { COMMANDS, type Command, type CommandInput, type CommandType } from '@threadlog/commands';
import { tenantId, type ChatEvent, type Draft } from '@threadlog/events';
import {
  foldDeletion,
  foldExport,
  foldTenant,
  isExportEvent,
  privacyRequestOf,
  type DeletionLogRow,
  type ExportLogRow,
} from '@threadlog/read-models';
import { deciderSpec, historyOf } from '@threadlog/testing';
import type { z } from 'zod';
import type { StreamState } from '../../decider';
import { documented } from '../../documented.testing';
import { decide } from '../../threads/domain';
import { actor, LIMITS, NOTHING } from '../../threads/domain/given.testing';

export const NEW_ID = 'request-1';
export const NOW = '2026-02-01T00:00:00.000000Z';
export const worker = actor('worker', { type: 'system', role: 'admin', learnerScope: '*' });
export const lena = actor('lena', { role: 'learner' });
export const officer = actor('olga', { permissions: ['chat:privacy'] });

function evolve(before: StreamState, event: ChatEvent): StreamState {
  const state = { ...before, version: event.stream_version, tenant: foldTenant(before.tenant, event) };
  const id = privacyRequestOf(event);
  if (id === null) return state;
  return isExportEvent(event)
    ? { ...state, exports: changed<ExportLogRow>(before.exports, id, (row) => foldExport(row, event)) }
    : { ...state, deletions: changed<DeletionLogRow>(before.deletions, id, (row) => foldDeletion(row, event)) };
}

function changed<Row>(rows: ReadonlyMap<string, Row>, id: string, fold: (row: Row | null) => Row | null) {
  const row = fold(rows.get(id) ?? null);
  return row ? new Map(rows).set(id, row) : rows;
}

const spec = deciderSpec<StreamState, ChatEvent, { command: Command; actor: Actor }>({
  initial: () => NOTHING,
  evolve,
  decide: (asked, state) =>
    documented(
      asked.command,
      decide(asked.command, state, {
        actor: asked.actor,
        now: NOW,
        newId: NEW_ID,
        root: state,
        holds: [],
        limits: LIMITS,
      }),
    ),
});

/** Given what was said in one stream of a person or a tenant, when somebody commands something. */
export function given(...happened: Draft[]) {
  const events = historyOf(happened, { streamId: 'lena' });
  return {
    when: <T extends CommandType>(who: Actor, type: T, input: z.input<(typeof COMMANDS)[T]>) =>
      spec(...events).when({
        command: { type, input: COMMANDS[type].parse(input) as CommandInput<T> } as Command,
        actor: who,
      }),
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

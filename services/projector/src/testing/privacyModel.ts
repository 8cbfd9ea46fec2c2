import type { StreamEventType } from '@threadlog/events';

/** An event of a person's privacy stream or of a tenant's own, before it is numbered. */
export interface PrivacyStep {
  type: StreamEventType;
  data: Record<string, unknown>;
}

/** What may come next in such a stream is one of these; a choice picks. */
export interface PrivacyModel {
  next(kind: number, pick: number): PrivacyStep;
}

const LENA = { kind: 'learner', id: 'lena' } as const;
const AT = '2026-01-01T00:00:00.000000Z';
const SHA = 'a'.repeat(64);

type Stage = 'requested' | 'started' | 'erased' | 'completed';
const of = (request_id: string | null, rest: object = {}) => ({ request_id, subject: LENA, ...rest });

/** What may happen to an erasure at each stage. */
const STAGES: { [S in Stage]: (id: string) => PrivacyStep[] } = {
  requested: (id) => [
    { type: 'CHAT_PRIVACY_DELETION_STARTED', data: of(id) },
    { type: 'CHAT_PRIVACY_DELETION_CANCELLED', data: of(id) },
    { type: 'CHAT_PRIVACY_DELETION_FAILED', data: of(id, { code: 'broken' }) },
  ],
  started: (id) => [{ type: 'CHAT_PRIVACY_SUBJECT_ERASED', data: of(id, { keys: [], keys_total: 0 }) }],
  erased: (id) => [{ type: 'CHAT_PRIVACY_DELETION_COMPLETED', data: of(id, { receipt: '{"version":1}' }) }],
  completed: (id) => [{ type: 'CHAT_PRIVACY_SUBJECT_READMITTED', data: of(id) }],
};

/** Exports and erasures of one person, one at a time as the write side has it. */
export function createRequests(): PrivacyModel {
  let made = 0;
  let exporting: string | null = null;
  let exported: string | null = null;
  let deleting: string | null = null;
  let stage: Stage = 'requested';

  const forExport = (): PrivacyStep[] => {
    if (exporting === null) {
      const request_id = `e${(made += 1)}`;
      const asked: PrivacyStep = {
        type: 'CHAT_PRIVACY_EXPORT_REQUESTED',
        data: of(request_id, { requested_by: 'lena' }),
      };
      const fetched: PrivacyStep = { type: 'CHAT_PRIVACY_EXPORT_DOWNLOADED', data: of(exported) };
      return exported === null ? [asked] : [asked, fetched];
    }
    const file = { files: 3, counts: [{ name: 'messages', count: made }], bytes: 10, sha256: SHA, expires_at: AT };
    return [
      { type: 'CHAT_PRIVACY_EXPORT_COMPLETED', data: of(exporting, file) },
      { type: 'CHAT_PRIVACY_EXPORT_FAILED', data: of(exporting, { code: 'broken' }) },
    ];
  };
  const forDeletion = (): PrivacyStep[] => {
    if (deleting === null) {
      const request = { requested_by: 'lena', reason: 'other', execute_after: AT };
      return [{ type: 'CHAT_PRIVACY_DELETION_REQUESTED', data: of(`d${(made += 1)}`, request) }];
    }
    return STAGES[stage](deleting);
  };
  const after: { [T in StreamEventType]?: (id: string) => void } = {
    CHAT_PRIVACY_EXPORT_REQUESTED: (id) => (exporting = id),
    CHAT_PRIVACY_EXPORT_COMPLETED: (id) => ([exported, exporting] = [id, null]),
    CHAT_PRIVACY_EXPORT_FAILED: () => (exporting = null),
    CHAT_PRIVACY_DELETION_REQUESTED: (id) => ([deleting, stage] = [id, 'requested']),
    CHAT_PRIVACY_DELETION_STARTED: () => (stage = 'started'),
    CHAT_PRIVACY_SUBJECT_ERASED: () => (stage = 'erased'),
    CHAT_PRIVACY_DELETION_COMPLETED: () => (stage = 'completed'),
    CHAT_PRIVACY_DELETION_CANCELLED: () => (deleting = null),
    CHAT_PRIVACY_DELETION_FAILED: () => (deleting = null),
    CHAT_PRIVACY_SUBJECT_READMITTED: () => (deleting = null),
  };
  return {
    next(kind, pick) {
      const possible = kind % 2 === 0 ? forExport() : forDeletion();
      const step = possible[pick % possible.length]!;
      after[step.type]?.(step.data.request_id as string);
      return step;
    },
  };
}

/** Holds, retention and erasures under way of one tenant. */
export function createTenant(): PrivacyModel {
  let made = 0;
  const holds: string[] = [];
  const erasing: string[] = [];
  return {
    next(kind, pick) {
      made += 1;
      const hold = { hold_id: `h${made}`, reason: 'other', reference: null };
      const person =
        pick % 2 === 0 ? { subject: LENA, held_thread_id: null } : { subject: null, held_thread_id: 't-1' };
      const steps: (() => PrivacyStep | null)[] = [
        () => (holds.push(hold.hold_id), { type: 'CHAT_LEGAL_HOLD_SET', data: { ...hold, ...person } }),
        () => ended(holds, (hold_id) => ({ type: 'CHAT_LEGAL_HOLD_RELEASED', data: { hold_id } })),
        () => (
          erasing.push(`d${made}`),
          { type: 'CHAT_ERASURE_BEGUN', data: { request_id: `d${made}`, subject: LENA } }
        ),
        () => ended(erasing, (request_id) => ({ type: 'CHAT_ERASURE_ENDED', data: { request_id } })),
      ];
      const retention: PrivacyStep = { type: 'CHAT_RETENTION_SET', data: { days: pick + 1, uses_default: false } };
      return steps[kind % 5]?.() ?? retention;
    },
  };
}

function ended(open: string[], step: (id: string) => PrivacyStep): PrivacyStep | null {
  const first = open.shift();
  return first === undefined ? null : step(first);
}

import type { ErasureReason, HoldReason, LegalHold, PrivacyRequest, Retention } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, WriteOptions } from '../http/request.ts';
import type { Verbs } from './verbs.ts';

/** Whom it is about: one of these. */
export interface PrivacySubject {
  learnerId?: string;
  userId?: string;
  tenant?: true;
}

export interface PrivacyFilter {
  kind?: PrivacyRequest['kind'];
  status?: PrivacyRequest['status'];
  learnerId?: string;
  userId?: string;
  limit?: number;
}

export type Erasure = PrivacySubject & { reason?: ErasureReason; executeAfter?: string };
export type NewHold = PrivacySubject & { threadId?: string; reason: HoldReason; reference?: string };

/** `/privacy`. */
export function privacyOf({ get, post, put, del, list, all }: Verbs) {
  return {
    export: (subject: PrivacySubject, options: WriteOptions = {}): Promise<PrivacyRequest> =>
      post('/privacy/export', options, subject),
    delete: (erasure: Erasure, options: WriteOptions = {}): Promise<PrivacyRequest> =>
      post('/privacy/delete', options, erasure),
    requests: (query: PrivacyFilter & CallOptions = {}): Pages<PrivacyRequest> => list('/privacy/requests', query),
    request: (requestId: string, options: CallOptions = {}): Promise<PrivacyRequest> =>
      get(path`/privacy/requests/${requestId}`, options),
    /** The zip of a finished export. */
    download: (requestId: string, options: CallOptions = {}): Promise<Blob> =>
      get(path`/privacy/requests/${requestId}/download`, { ...options, raw: true }),
    /** The signed receipt of an erasure. */
    receipt: (requestId: string, options: CallOptions = {}): Promise<unknown> =>
      get(path`/privacy/requests/${requestId}/receipt`, options),
    /** Calls an erasure off, until it begins. */
    cancel: (requestId: string, options: WriteOptions = {}): Promise<void> =>
      del(path`/privacy/requests/${requestId}`, options),
    /** Lets an erased person write again. */
    readmit: (subject: PrivacySubject, options: WriteOptions = {}): Promise<void> =>
      post('/privacy/readmit', options, subject),
    holds: (options: CallOptions = {}): Promise<LegalHold[]> => all('/privacy/holds', options),
    hold: (hold: NewHold, options: WriteOptions = {}): Promise<LegalHold> => post('/privacy/holds', options, hold),
    release: (holdId: string, options: WriteOptions = {}): Promise<void> =>
      del(path`/privacy/holds/${holdId}`, options),
    retention: (options: CallOptions = {}): Promise<Retention> => get('/privacy/retention', options),
    /** Null keeps messages for ever. */
    setRetention: (days: number | null, options: WriteOptions = {}): Promise<Retention> =>
      put('/privacy/retention', options, { days }),
  };
}

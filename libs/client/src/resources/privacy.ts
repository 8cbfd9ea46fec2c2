import type { ErasureReason, HoldReason, LegalHold, PrivacyRequest, Retention } from '../generated/wire.ts';
import type { Pages } from '../http/pages.ts';
import { path } from '../http/paths.ts';
import type { CallOptions, Http, WriteOptions } from '../http/request.ts';
import { listOf } from './paging.ts';

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
export function privacyOf(http: Http) {
  return {
    export: (subject: PrivacySubject, options: WriteOptions = {}): Promise<PrivacyRequest> =>
      http.request({ ...options, method: 'POST', path: '/privacy/export', body: subject }),
    delete: (erasure: Erasure, options: WriteOptions = {}): Promise<PrivacyRequest> =>
      http.request({ ...options, method: 'POST', path: '/privacy/delete', body: erasure }),
    requests: ({ signal, ...query }: PrivacyFilter & CallOptions = {}): Pages<PrivacyRequest> =>
      listOf(http, { path: '/privacy/requests', query, field: 'items', cursor: 'cursor', signal }),
    request: (requestId: string, options: CallOptions = {}): Promise<PrivacyRequest> =>
      http.request({ ...options, method: 'GET', path: path`/privacy/requests/${requestId}` }),
    /** The zip of a finished export. */
    download: (requestId: string, options: CallOptions = {}): Promise<Blob> =>
      http.request({ ...options, method: 'GET', path: path`/privacy/requests/${requestId}/download`, raw: true }),
    /** The signed receipt of an erasure. */
    receipt: (requestId: string, options: CallOptions = {}): Promise<unknown> =>
      http.request({ ...options, method: 'GET', path: path`/privacy/requests/${requestId}/receipt` }),
    /** Calls an erasure off, until it begins. */
    cancel: (requestId: string, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'DELETE', path: path`/privacy/requests/${requestId}` }),
    /** Lets an erased person write again. */
    readmit: (subject: PrivacySubject, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'POST', path: '/privacy/readmit', body: subject }),
    async holds(options: CallOptions = {}): Promise<LegalHold[]> {
      return (await http.request<{ items: LegalHold[] }>({ ...options, method: 'GET', path: '/privacy/holds' })).items;
    },
    hold: (hold: NewHold, options: WriteOptions = {}): Promise<LegalHold> =>
      http.request({ ...options, method: 'POST', path: '/privacy/holds', body: hold }),
    release: (holdId: string, options: WriteOptions = {}): Promise<void> =>
      http.request({ ...options, method: 'DELETE', path: path`/privacy/holds/${holdId}` }),
    retention: (options: CallOptions = {}): Promise<Retention> =>
      http.request({ ...options, method: 'GET', path: '/privacy/retention' }),
    /** Null keeps messages for ever. */
    setRetention: (days: number | null, options: WriteOptions = {}): Promise<Retention> =>
      http.request({ ...options, method: 'PUT', path: '/privacy/retention', body: { days } }),
  };
}

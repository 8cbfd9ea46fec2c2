import { z } from 'zod';
import type { OutgoingRecord } from './codec';
import { idSchema, tenantIdSchema, threadIdSchema, type TenantId } from './ids';
import { microTimestamp } from './catalogue/values';

/** Most keys of one signal. */
export const MAX_CLOSED_KEYS = 1_000;

/** What instances tell each other on the signals topic. Not events: nothing is numbered, kept or folded. */
export const SIGNALS = {
  TYPING: z.strictObject({ thread_id: threadIdSchema, user_id: idSchema, is_typing: z.boolean() }),
  /** One instance's word about one user; a user is online while any instance that still lives says so. */
  PRESENCE: z.strictObject({
    user_id: idSchema,
    state: z.enum(['online', 'offline']),
    instance: z.string().min(1).max(128),
    /** Of this user with this instance. */
    connections: z.int().min(0).optional(),
    last_seen_at: microTimestamp,
  }),
  /** Keys of the tenant that were closed, destroyed or replaced: whoever holds copies drops them at once. */
  KEYS_CLOSED: z.strictObject({ key_ids: z.array(z.uuid()).min(1).max(MAX_CLOSED_KEYS) }),
} as const;
export type SignalType = keyof typeof SIGNALS;
export type SignalData<T extends SignalType> = z.infer<(typeof SIGNALS)[T]>;

const common = {
  signal_id: z.uuid(),
  schema_version: z.int().min(1),
  tenant_id: tenantIdSchema,
  timestamp: microTimestamp,
};
/** Envelope of a signal; `data` is checked by its type. */
export const signalEnvelopeSchema = z.strictObject({ ...common, signal_type: z.string(), data: z.unknown() });

export interface SignalOf<T extends SignalType> {
  signal_id: string;
  signal_type: T;
  schema_version: number;
  tenant_id: TenantId;
  timestamp: string;
  data: SignalData<T>;
}
export type Signal = { [T in SignalType]: SignalOf<T> }[SignalType];

export type DecodedSignal =
  { kind: 'signal'; signal: Signal } | { kind: 'unknown'; type: string } | { kind: 'undecodable'; reason: string };

/**
 * A signal for the signals topic. Keyed by user: what one user does arrives in order. What concerns no user is keyed
 * by its tenant alone.
 */
export function encodeSignal(signal: Signal): OutgoingRecord {
  const userId = 'user_id' in signal.data ? signal.data.user_id : undefined;
  return {
    key: `${signal.tenant_id}/signal/${userId ?? '$keys'}`,
    value: Buffer.from(JSON.stringify(signal)),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: signal.signal_id,
      ce_type: signal.signal_type,
      ce_source: userId === undefined ? '/threadlog/keys' : '/threadlog/realtime',
      ce_subject: userId === undefined ? 'keys' : `user/${userId}`,
      ce_time: signal.timestamp,
      ce_dataschema: `signals/${signal.signal_type}.v${signal.schema_version}.json`,
      ce_tenantid: signal.tenant_id,
    },
  };
}

const READERS = Object.fromEntries(
  Object.entries(SIGNALS).map(([type, data]) => [type, z.looseObject({ ...common, data: data.loose() })]),
) as unknown as Record<string, z.ZodType<object>>;

/** Decodes a signal; unknown fields and types pass, so that instances of different builds understand each other. */
export function decodeSignal(value: Uint8Array): DecodedSignal {
  let raw: { signal_type?: unknown } | null;
  try {
    raw = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'));
  } catch {
    return { kind: 'undecodable', reason: 'not JSON' };
  }
  const type = raw?.signal_type;
  if (typeof type !== 'string') return { kind: 'undecodable', reason: 'no signal_type' };
  if (!Object.hasOwn(READERS, type)) return { kind: 'unknown', type };
  const parsed = READERS[type]!.safeParse(raw);
  if (parsed.success) return { kind: 'signal', signal: { ...parsed.data, signal_type: type } as unknown as Signal };
  const [issue] = parsed.error.issues;
  return { kind: 'undecodable', reason: `${issue?.path.join('.')}: ${issue?.message}` };
}

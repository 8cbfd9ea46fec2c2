import { z } from 'zod';
import type { OutgoingRecord } from './codec';
import { idSchema, tenantIdSchema, threadIdSchema, type TenantId } from './ids';
import { microTimestamp, RUN_END_REASONS, RUN_FINISHES, sealedSchema } from './catalogue/values';

/** Most keys of one signal. */
export const MAX_CLOSED_KEYS = 1_000;

/** How far a run of an agent has come. */
export const DRAFT_STATES = ['thinking', 'tool', 'writing', 'ended'] as const;
export type DraftState = (typeof DRAFT_STATES)[number];
/** How a run ended: as its message says, or why there is none; `lost` where nobody says any more. */
export type DraftEnd = (typeof RUN_FINISHES)[number] | (typeof RUN_END_REASONS)[number] | 'lost';
const DRAFT_ENDS: readonly DraftEnd[] = [...new Set([...RUN_FINISHES, ...RUN_END_REASONS, 'lost' as const])];

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
  /**
   * What an agent is about to say. The text is sealed for who asked, the thread and its learner: this topic's files hold
   * nothing in the clear, and what is left of a draft ends with their keys.
   */
  AGENT_DRAFT: z.strictObject({
    thread_id: threadIdSchema,
    run_id: z.uuid(),
    agent_id: idSchema,
    /** Greater each time the run is begun: what is still said of a former attempt counts for nothing. */
    attempt: z.int().min(0),
    state: z.enum(DRAFT_STATES),
    reason: z.enum(DRAFT_ENDS).optional(),
    /** It ended in a message, which comes by the log. */
    has_message: z.boolean().optional(),
    /** Texts of an attempt are numbered 1, 2, 3 …; a `replace` may come again under the number of the last one. */
    text: z.object({ n: z.int().min(1), op: z.enum(['append', 'replace']), content: sealedSchema }).optional(),
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

/** What the sealed text of a draft is bound to: it opens as no other run's, and in no other place of its own. */
export function draftPlace(
  { thread_id, run_id, attempt }: Pick<SignalData<'AGENT_DRAFT'>, 'thread_id' | 'run_id' | 'attempt'>,
  { n, op }: { n: number; op: 'append' | 'replace' },
): { stream: string; field: string } {
  return { stream: `draft/${thread_id}`, field: `${run_id}/${attempt}/${op}/${n}` };
}

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

/** Whose a signal is: what is said of one of them arrives in order. */
interface SignalSubject {
  key: string;
  source: string;
  subject: string;
}

/** A user's, a thread's where agents are about to speak, or the tenant's keys'. */
function subjectOf({ signal_type: type, data }: Signal): SignalSubject {
  if (type === 'AGENT_DRAFT')
    return { key: `$thread/${data.thread_id}`, source: '/threadlog/worker', subject: `thread/${data.thread_id}` };
  if (type === 'KEYS_CLOSED') return { key: '$keys', source: '/threadlog/keys', subject: 'keys' };
  return { key: data.user_id, source: '/threadlog/realtime', subject: `user/${data.user_id}` };
}

/** A signal for the signals topic, keyed by what it is about. */
export function encodeSignal(signal: Signal): OutgoingRecord {
  const { key, source, subject } = subjectOf(signal);
  return {
    key: `${signal.tenant_id}/signal/${key}`,
    value: Buffer.from(JSON.stringify(signal)),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: signal.signal_id,
      ce_type: signal.signal_type,
      ce_source: source,
      ce_subject: subject,
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

import { rootThreadId, type JsonObject, type TextState } from '@threadlog/events';
import {
  readSettings,
  sealedBlobsOf,
  type ParticipantRow,
  type ProfileLookup,
  type ThreadRow,
} from '@threadlog/read-models';
import type { ExportPlan, PlannedThread } from './plan';
import { chunked, type Reading } from './reading';
import { shownTo } from './shown';

/** How the person has to do with a thread. */
export type ThreadPart = 'about' | 'member' | 'former_member' | 'author';

export interface ExportedMember {
  userId: string;
  displayName: string | null;
  role: string;
  joinedAt: string;
  leftAt: string | null;
}

/** A thread as an export has it. A title that no key opens any more is null, with `erased`. */
export interface ExportedThread {
  id: string;
  part: ThreadPart;
  type: string;
  channel: string;
  status: string;
  title: string | null;
  metadata: JsonObject | null;
  erased?: true;
  /** Likewise where a key is not in the key store. */
  keyMissing?: true;
  /** The title may have changed since the person saw it last, and is not shown. */
  withheld?: true;
  learnerId: string | null;
  parentThreadId: string | null;
  rootMessageId: string | null;
  createdBy: string;
  createdAt: string;
  /** Null where the person does not see the thread (any more). */
  updatedAt: string | null;
  deletedAt: string | null;
  /**
   * Messages of the thread that the person sees, tombstones among them; null where it does not see it (any more). The export
   * has all of them only where `part` is `about`.
   */
  messageCount: number | null;
  /** Of threads that are exported whole. */
  participants?: ExportedMember[];
}

/** The person's membership of a thread, a former one too. */
export interface ExportedMembership {
  threadId: string;
  role: string;
  joinedAt: string;
  leftAt: string | null;
  /** Index of the first message that the person saw. */
  visibleFromIndex: number;
}

const AT_ONCE = 50;

/** The threads of a plan in its order, each with the person's membership, if any. */
export async function* exportedThreads(
  reading: Reading,
  { threads }: ExportPlan,
): AsyncIterable<{ thread: ExportedThread; membership: ExportedMembership | null }> {
  for (const planned of chunked(threads.values(), AT_ONCE)) {
    await reading.check();
    const batch = await loadBatch(reading, planned);
    for (const one of planned) {
      const row = batch.rows.get(one.threadId);
      if (row) yield present(reading, { row, planned: one, ...batch });
    }
  }
}

interface Batch {
  rows: ReadonlyMap<string, ThreadRow>;
  own: ReadonlyMap<string, ParticipantRow>;
  members: ReadonlyMap<string, ParticipantRow[]>;
  profile: ProfileLookup;
}

async function loadBatch(reading: Reading, planned: readonly PlannedThread[]): Promise<Batch> {
  const { tenantId, subject, threads, people, opener, profiles } = reading;
  const roots = (some: readonly PlannedThread[]) => [...new Set(some.map(({ threadId }) => rootThreadId(threadId)))];
  const rows = await threads.threadsByIds(
    tenantId,
    planned.map(({ threadId }) => threadId),
  );
  const own = await people.membershipsIn(tenantId, subject.id, roots(planned));
  const all = await threads.participantsOf(tenantId, roots(planned.filter(({ whole }) => whole)), { removed: true });
  const shown = new Set(all.map(({ user_id }) => user_id));
  const settled = rows.flatMap(({ learner_id, title_by, metadata_by }) => [learner_id, title_by, metadata_by]);
  await reading.note([...shown, ...settled.filter((id) => id !== null)]);
  await opener.prepare(tenantId, sealedBlobsOf(rows));
  return {
    rows: new Map(rows.map((row) => [row.thread_id, row])),
    own: new Map(own.map((row) => [row.thread_id, row])),
    members: Map.groupBy(all, ({ thread_id }) => thread_id),
    profile: await profiles.of(tenantId, shown),
  };
}

interface One extends Batch {
  row: ThreadRow;
  planned: PlannedThread;
}

function present(reading: Reading, one: One): { thread: ExportedThread; membership: ExportedMembership | null } {
  const { row, planned } = one;
  const membership = one.own.get(rootThreadId(row.thread_id));
  const shown = planned.whole ? 'now' : shownTo({ tenantId: row.tenant_id, id: reading.subject.id }, row, membership);
  const thread: ExportedThread = {
    id: row.thread_id,
    part: partOf(planned, membership),
    type: row.type,
    channel: row.channel,
    status: row.status,
    ...settingsFor(reading, row, showsTitle(row, shown, membership)),
    learnerId: row.learner_id,
    parentThreadId: row.parent_thread_id,
    rootMessageId: shown === 'never' ? null : row.root_message_id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: shown === 'now' ? row.updated_at : null,
    deletedAt: row.deleted_at,
    messageCount: shown === 'now' ? planned.upTo - hiddenFrom(one, membership) : null,
    ...(planned.whole && { participants: membersOf(one) }),
  };
  return { thread, membership: membership?.thread_id === row.thread_id ? presentMembership(membership) : null };
}

type Settings = Pick<ExportedThread, 'title' | 'metadata' | 'erased' | 'keyMissing' | 'withheld'>;

/** What one wrote oneself one has seen, whatever became of one's membership. */
function settingsFor({ subject, opener }: Reading, row: ThreadRow, seen: boolean): Settings {
  const { title, titleState, metadata, metadataState } = readSettings(row, opener);
  const titled = seen || row.title_by === subject.id;
  const described = seen || row.metadata_by === subject.id;
  return {
    title: titled && !titleState ? title : null,
    metadata: described ? metadata : null,
    ...whyNot([titled ? titleState : undefined, described ? metadataState : undefined]),
    ...(!(titled && described) && { withheld: true as const }),
  };
}

function whyNot(states: readonly (TextState | undefined)[]): Pick<Settings, 'erased' | 'keyMissing'> {
  return {
    ...(states.includes('erased') && { erased: true as const }),
    ...(states.includes('key_missing') && { keyMissing: true as const }),
  };
}

function partOf({ whole }: PlannedThread, membership: ParticipantRow | undefined): ThreadPart {
  if (whole) return 'about';
  if (!membership) return 'author';
  return membership.removed_at === null ? 'member' : 'former_member';
}

/** Whether the person sees the title as it stands: now, or when it left, if nothing changed since. */
function showsTitle(row: ThreadRow, shown: Shown, membership: ParticipantRow | undefined): boolean {
  if (shown === 'now') return true;
  if (shown === 'never' || !membership) return false;
  return membership.thread_id === row.thread_id && row.settings_version <= membership.version;
}
type Shown = ReturnType<typeof shownTo>;

/** Messages of a root from before the person came, where it is not shown them. */
function hiddenFrom({ row: { thread_id, learner_id }, planned }: One, membership: ParticipantRow | undefined): number {
  if (planned.whole || membership?.thread_id !== thread_id || learner_id === membership.user_id) return 0;
  return membership.visible_from_index - 1;
}

function membersOf({ row, members, profile }: One): ExportedMember[] {
  return (members.get(rootThreadId(row.thread_id)) ?? []).map((member) => ({
    userId: member.user_id,
    displayName: profile(member.user_id)?.displayName ?? null,
    role: member.role,
    joinedAt: member.joined_at,
    leftAt: member.removed_at,
  }));
}

function presentMembership(row: ParticipantRow): ExportedMembership {
  return {
    threadId: row.thread_id,
    role: row.role,
    joinedAt: row.joined_at,
    leftAt: row.removed_at,
    visibleFromIndex: row.visible_from_index,
  };
}

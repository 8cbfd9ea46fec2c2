/** The people of a history; `ann` creates the threads. */
export const PEOPLE = ['ann', 'bob', 'cyd', 'dan'] as const;
export type Who = (typeof PEOPLE)[number];
export const ROLES = ['owner', 'moderator', 'member', 'agent'] as const;
export type Role = (typeof ROLES)[number];
export const STATUSES = ['active', 'archived', 'completed'] as const;
export type Status = (typeof STATUSES)[number];

export interface ModelMessage {
  id: string;
  index: number;
  author: Who;
  content: string;
  edit: number;
  deleted: boolean;
  pinned: boolean;
  /** Who reacted, by emoji. */
  reactions: Map<string, Set<Who>>;
  /** Seq of the last event about it. */
  seq: number;
}

export interface Member {
  role: Role;
  /** Index of the first message it sees. */
  from: number;
  /** Messages that there were when it joined: read, whatever it is shown. */
  joined: number;
}

export interface ModelThread {
  id: string;
  seq: number;
  status: Status;
  members: Map<Who, Member>;
  messages: ModelMessage[];
  /** How far each has read; kept when somebody leaves. */
  reads: Map<Who, number>;
  deleted: boolean;
}

/** The smallest thing that is right: what the threads of a history have come to. */
export interface Model {
  threads: ModelThread[];
}

/** The membership by which somebody sees a thread; undefined where it does not. */
export function seenBy(thread: ModelThread, who: Who): Member | undefined {
  return thread.deleted ? undefined : thread.members.get(who);
}

export function visibleTo(thread: ModelThread, { from }: Member): ModelMessage[] {
  return thread.messages.filter(({ index }) => index >= from);
}

export function unreadOf(thread: ModelThread, who: Who): number {
  const member = seenBy(thread, who);
  if (!member) return 0;
  const read = Math.max(member.joined, thread.reads.get(who) ?? 0);
  return visibleTo(thread, member).filter((one) => one.index > read && one.author !== who && !one.deleted).length;
}

/** A message as every observer of the system can describe it; of a deleted one nothing is left but that. */
export interface Seen {
  index: number;
  content: string | null;
  edit: number;
  pinned: boolean;
  reactions: string[];
}

/** A thread as an observer sees it; null for one that it does not. */
export interface SeenThread {
  status: string;
  members: string[];
  messages: Seen[];
}

export function seenMessage(message: Omit<Seen, 'reactions'> & { deleted: boolean; reactions: string[] }): Seen {
  const { index, content, edit, pinned, reactions, deleted } = message;
  if (deleted) return { index, content: null, edit: 0, pinned: false, reactions: [] };
  return { index, content, edit, pinned, reactions: reactions.toSorted() };
}

export function reactionsOf(reactions: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...reactions].flatMap(([emoji, people]) => [...people].map((who) => `${emoji} ${who}`));
}

/** What somebody must see of a thread. */
export function expectedView(thread: ModelThread, who: Who): SeenThread | null {
  const member = seenBy(thread, who);
  if (!member) return null;
  return {
    status: thread.status,
    members: [...thread.members].map(([id, { role }]) => `${id} ${role}`).toSorted(),
    messages: visibleTo(thread, member).map((one) => seenMessage({ ...one, reactions: reactionsOf(one.reactions) })),
  };
}

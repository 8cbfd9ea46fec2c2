import {
  agents,
  audit,
  auditBesideMessages,
  deletionLogs,
  exportLogs,
  messageEdits,
  messageRefs,
  messages,
  participants,
  receipts,
  streams,
  tenants,
  threadMembers,
  threads,
  users,
  userThreads,
  webhookEndpoints,
  type MessageStoreKind,
  type Projection,
} from '@threadlog/read-models';

/** Every projection of a generation, by where its rows go. */
export interface Registry {
  /** In the order they are folded: streams first, because a gap must be found before anything is changed. */
  all: readonly Projection<object>[];
  /** Written in the checkpoint's own statement. */
  relational: readonly Projection<object>[];
  /** Written to the message store before that; null where messages are relational. */
  stored: Projection<object> | null;
  /** Former texts, where they go to the message store: before the messages. */
  storedEdits: Projection<object> | null;
  /** Relational ones that the message store keeps as well, where it has its own logs of privacy requests. */
  mirrored: readonly Projection<object>[];
}

const COMMON = [
  streams,
  threads,
  participants,
  threadMembers,
  users,
  userThreads,
  receipts,
  exportLogs,
  deletionLogs,
  tenants,
  webhookEndpoints,
  agents,
];

/** Rows are held as plain objects from here on: each projection alone knows its own type. */
const erased = (projections: readonly unknown[]): Projection<object>[] => projections as Projection<object>[];

export function createRegistry(messageStore: MessageStoreKind): Registry {
  if (messageStore === 'postgres') {
    const all = erased([...COMMON, auditBesideMessages, messageEdits, messages]);
    return { all, relational: all, stored: null, storedEdits: null, mirrored: [] };
  }
  const relational = erased([...COMMON, audit, messageRefs]);
  const [storedEdits, stored] = erased([messageEdits, messages]) as [Projection<object>, Projection<object>];
  const all = [...relational, storedEdits, stored];
  return { all, relational, stored, storedEdits, mirrored: erased([exportLogs, deletionLogs]) };
}

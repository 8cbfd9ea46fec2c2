import type { AgentMode, Attachment, JsonObject, LeaveReason, ParticipantRole, ThreadStatus } from '../catalogue';
import type { ProblemCode } from '../problems';
import type { MessageResource, TextState } from '../resources/message';
import type { ThreadResource } from '../resources/thread';
import type { DraftEnd, DraftState } from '../signals';

/** Where something happened. */
export interface InThread {
  /** The root thread: rooms and access are the root's. */
  conversationId: string;
  /** The stream that `seq` numbers: the conversation itself or one of its sub-threads. */
  threadId: string;
}
/** An event of a thread. Frames of one thread come in the order of `seq`; gaps are events that nobody is told of. */
interface Happened extends InThread {
  seq: number;
}
interface AboutMessage extends Happened {
  messageId: string;
  messageIndex: number;
}

/** Only what changed is there. Live it is an edit; told after the fact it may be anything that came to the message. */
export interface MessageChange extends AboutMessage {
  content?: string | null;
  /** Where the text cannot be shown; the content is a placeholder then. */
  contentState?: TextState;
  metadata?: JsonObject | null;
  attachments?: Attachment[];
  mentions?: string[];
  edit?: number;
  updatedAt?: string;
  /** The whole message, where it is told after the fact: several changes may have come to this one. */
  message?: MessageResource;
}

/** No content, and not an edit: a client that shows texts has nothing to do. */
export interface PinChange extends AboutMessage {
  /** Who did it, where it was a person or an agent. */
  userId?: string;
}

/** The codes of refusals as sockets know them: `UNAUTHORIZED`, `FORBIDDEN`, `RATE_LIMITED` … */
export type SocketErrorCode = Uppercase<ProblemCode>;

/** What the server sends, by event, with its payload. */
export interface ServerToClientPayloads {
  /** First frame of a connection. */
  hello: { serverTime: string; heartbeatMs: number; userId: string; tenantId: string; limits: Record<string, number> };
  'message:new': MessageResource;
  'message:updated': MessageChange;
  /** The same under the name that some clients know. */
  'message:edited': MessageChange;
  'message:deleted': AboutMessage & { deletedAt: string };
  /** Deleting a message unpins it, too, and is told by `message:deleted` alone. */
  'message:pinned': PinChange;
  'message:unpinned': PinChange;
  'reaction:added': AboutMessage & { emoji: string; userId: string };
  'reaction:removed': AboutMessage & { emoji: string; userId: string };
  /** No seq: reading is an event of the reader, not of the thread. */
  'message:read': InThread & { messageId: string; messageIndex: number; userId: string; readAt: string };
  'user:typing': InThread & { userId: string; isTyping: boolean };
  /** An agent was asked, and how far it has come. No seq: what counts is the message in the end. */
  'agent:run': InThread & { runId: string; agentId: string; state: DraftState; reason?: DraftEnd };
  /** What it is about to say: `append` goes on from text n - 1 of the run, `replace` is the whole draft so far. */
  'agent:text': InThread & { runId: string; n: number; op: 'append' | 'replace'; text: string };
  'user:online': { userId: string };
  'user:offline': { userId: string; lastSeenAt: string };
  /** The person was erased: what it is called and what it wrote must be let go. Its messages come as `message:deleted`. */
  'user:erased': { userId: string };
  /** Membership, not rooms. A reason is missing where it is told after the fact. */
  'user:joined': Happened & { userId: string; role: ParticipantRole };
  'user:left': Happened & { userId: string; reason?: LeaveReason };
  /** A sub-thread; its participants are the conversation's, and not listed again. */
  'thread:created': Happened & { thread: ThreadResource };
  /** Seq of the conversation now; sent to everybody it is new to. */
  'conversation:created': Happened & { conversation: ThreadResource };
  /** Only what changed is there. */
  'conversation:updated': Happened & {
    title?: string | null;
    titleState?: TextState;
    metadata?: JsonObject | null;
    metadataState?: TextState;
    status?: ThreadStatus;
    agentMode?: AgentMode;
    participant?: { userId: string; role: ParticipantRole };
    /** Not where an erasure took something away: that does not make a conversation newer. */
    updatedAt?: string;
  };
  /** Deleted, or no longer to be seen by this user: then without a seq. */
  'conversation:deleted': InThread & { seq: number | null; reason: string };
  /** Nothing is missing up to seq; what follows is live. */
  resumed: Happened;
  /** It cannot be told what was missed: fetch the thread again. */
  resync: InThread & { seq: number | null };
  /** A message that was sent without an ack failed; `messageId` is its tempId. */
  'message:error': { messageId: string; error: string; code: SocketErrorCode };
  error: { code: SocketErrorCode; message: string };
}
export type ServerEventName = keyof ServerToClientPayloads;
/** One protocol event with its payload, the same for every viewer. */
export type ServerFrame = {
  [E in ServerEventName]: { name: E; payload: ServerToClientPayloads[E] };
}[ServerEventName];

/** Socket.io's map of what the server sends. */
export type ServerToClientEvents = { [E in ServerEventName]: (payload: ServerToClientPayloads[E]) => void };

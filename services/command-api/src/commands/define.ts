import type { Actor } from '@threadlog/auth';
import type { CommandContract } from '@threadlog/commands';
import type { Problem, ProblemCode } from '@threadlog/events';
import type {
  AgentRow,
  DecidedType,
  DeletionLogRow,
  ExportLogRow,
  LegalHold,
  MessageRow,
  ParticipantRow,
  ReceiptRow,
  TenantRow,
  ThreadRow,
  UserThreadRow,
  WebhookEndpointRow,
} from '@threadlog/read-models';
import type { SealScope } from '@threadlog/sealing';
import type { z } from 'zod';
import type { ContextOf, Decision, Extras, Seen } from './decision';

type InputOf<Contract extends CommandContract> = z.output<Contract['input']>;

/** What the id of a stream that a command begins may be made of. */
export interface Naming {
  idempotencyKey: string;
  /** How many streams of that name before it are not meant. */
  generation: number;
  /** An id from which nobody without the tenant's key can tell what it was made from. */
  derivedId(parts: readonly unknown[]): string;
}

/** A stream that a command begins: its id derives from what makes it unique, so that two writers cannot make two of it. */
export interface Begins<Input> {
  id(input: Input, actor: Actor, naming: Naming): string;
  /** Whether the name is taken for good, so that the next generation's is meant. */
  isTaken(input: Input, problem: Problem): boolean;
}

/** Which stream a command is decided on: one that its input or its actor names, or one that it begins. */
export type StreamRule<Type extends DecidedType, Input> = { readonly type: Type } & (
  { id(input: Input, actor: Actor): string; readonly begins?: undefined } | { readonly begins: Begins<Input> }
);

/** What a command's answer shows, as rows of the turn that decided it. */
export type Shown =
  | { kind: 'message'; row: MessageRow }
  | { kind: 'thread'; thread: ThreadRow; participants: ParticipantRow[]; isNew: boolean }
  | { kind: 'participant'; row: ParticipantRow }
  | { kind: 'userThread'; row: UserThreadRow }
  | { kind: 'export'; row: ExportLogRow }
  | { kind: 'deletion'; row: DeletionLogRow }
  | { kind: 'hold'; hold: LegalHold | undefined }
  | { kind: 'retention'; row: TenantRow }
  /** With one of its secrets, where the command made it. */
  | { kind: 'webhook'; row: WebhookEndpointRow; secretId: string | null }
  | { kind: 'agent'; row: AgentRow; secretId: string | null }
  | { kind: 'none' };

/** What an answer is made of, taken in the turn of the decision. */
export interface ShownInput<Type extends DecidedType> {
  state: Seen<Type>;
  /** The people of a sub-thread are its root's. */
  root: Seen<Type>;
  /** Id of what the command created. */
  resourceId: string;
  /** False where what it would have created was there already, whether or not that left an event. */
  changed: boolean;
  /** Whether this is a first answer given again. */
  replayed: boolean;
}

export const NOTHING_SHOWN: Shown = { kind: 'none' };

/** What the choice of keys depends on. */
export interface SealInput<Type extends DecidedType> {
  actor: Actor;
  state: Seen<Type>;
  /** The thread whose keys count: the root's of a sub-thread. */
  threadId: string;
  /** The learner that the thread is about. */
  learnerId: string | null;
  now: string;
}

/**
 * Everything that is true of one command. The pipeline asks these and knows no command by name, so a new one is its
 * contract, its definition and a line in the registry.
 *
 * The functions are methods on purpose: then a definition of any command is one of a command, as the pipeline sees it.
 */
export interface CommandRules<Contract extends CommandContract, Type extends DecidedType> {
  /** Where it is decided. */
  readonly stream: StreamRule<Type, InputOf<Contract>>;
  /**
   * Codes it may be refused with on account of what it is about, besides those of every command. The document tells them
   * of each route that sends it; the deciders' tests hold `decide` to them.
   */
  readonly refusals: readonly ProblemCode[];
  /** Parts of the stream that must be loaded: messages by id, threads of a user. None by default. */
  reads?(input: InputOf<Contract>): readonly string[];
  /** Whose parts those are: the stream's own by default. */
  readonly readsFrom?: 'root';
  /** What it needs besides its stream; nothing by default. */
  readonly extras?: readonly (keyof Extras)[];
  /** People without whose admission it may not be: see `writer`. */
  people(input: InputOf<Contract>, actor: Actor): readonly string[];
  /** Whose keys its text needs; null, and by default, where it has none. */
  seals?(input: InputOf<Contract>, sealing: SealInput<Type>): SealScope | null;
  /** The learner its events are about, where that is not the thread's. */
  learner?(input: InputOf<Contract>, known: string | null): string | null;
  /** Pure and synchronous. */
  decide(input: InputOf<Contract>, state: Seen<Type>, context: ContextOf<Type>): Decision;
  /** What its answer shows; nothing by default. */
  shows?(input: InputOf<Contract>, answer: ShownInput<Type>): Shown;
  /** Parts of the stream that its first answer showed, and that giving it again needs. None by default. */
  replays?(input: InputOf<Contract>, receipt: Pick<ReceiptRow, 'event_type' | 'resource_id'>): readonly string[];
  /** Why its first answer may not be given again to an actor of these rights; it may, by default. */
  hidesFrom?(actor: Actor): Problem | null;
  /** Whether its first event made what it shows; always by default. */
  made?(firstEvent: string): boolean;
  /** What makes two requests with one key the same; all of the input by default. */
  sameBy?(input: InputOf<Contract>): object;
  /** A key of the client's own in the input, for where no header names one. */
  ownKey?(input: InputOf<Contract>): string | null;
}

/** A command as the pipeline sees it. */
export interface CommandDefinition<
  Contract extends CommandContract = CommandContract,
  Type extends DecidedType = DecidedType,
> extends CommandRules<Contract, Type> {
  readonly contract: Contract;
}

export function defineCommand<const Contract extends CommandContract, Type extends DecidedType>(
  contract: Contract,
  rules: CommandRules<Contract, Type>,
): CommandDefinition<Contract, Type> {
  return { contract, ...rules };
}

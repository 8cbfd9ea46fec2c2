export { ChatProvider, useChatClient, type ChatProviderProps } from './context.ts';
export {
  useAgentRun,
  useConnection,
  useMessages,
  useOutbox,
  usePresence,
  useSend,
  useThread,
  useThreads,
  useTyping,
  useUnread,
  type MessagesResult,
} from './hooks.ts';

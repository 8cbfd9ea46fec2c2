export { ChatProvider, useChatClient, type ChatProviderProps } from './context.ts';
export {
  useAgentRun,
  useConnection,
  useMessages,
  usePresence,
  useSend,
  useThread,
  useThreads,
  useTyping,
  useUnread,
  type MessagesResult,
} from './hooks.ts';

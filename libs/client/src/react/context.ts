import { createContext, createElement, useContext, type ReactNode } from 'react';
import type { ChatClient } from '../index.ts';

const Client = createContext<ChatClient | null>(null);

export interface ChatProviderProps {
  client: ChatClient;
  children?: ReactNode;
}

/** Gives a client to everything below. The caller makes it, once, and closes it. */
export function ChatProvider({ client, children }: ChatProviderProps) {
  return createElement(Client.Provider, { value: client }, children);
}

export function useChatClient(): ChatClient {
  const client = useContext(Client);
  if (!client) throw new Error('There is no ChatProvider above.');
  return client;
}

/** Somebody in the page. */
export interface Person {
  role: 'teacher' | 'learner';
  userId: string;
  token: string;
}

/** What `npm start` tells the page. */
export interface DemoConfig {
  apiUrl: string;
  realtimeUrl: string;
  tenantId: string;
  people: Person[];
}

/** @throws Error where the page is not served by `npm start`. */
export async function loadConfig(): Promise<DemoConfig> {
  const answer = await fetch('/demo/config.json');
  if (!answer.ok) throw new Error(`The server of this page answered ${answer.status}.`);
  return (await answer.json()) as DemoConfig;
}

/** The agent that `npm start` has for this page. */
export const AGENT_ID = 'tutor';

const NAMES: Record<string, string> = { 'mr-okafor': 'Mr Okafor', mia: 'Mia', [AGENT_ID]: 'Tutor' };

/** Users have ids alone here; an application synchronises profiles. */
export const nameOf = (userId: string): string => NAMES[userId] ?? userId;

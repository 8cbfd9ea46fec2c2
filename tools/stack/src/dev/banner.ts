import type { StackUrls } from '../stack';
import type { DemoToken } from './demoTenants';
import type { DevOptions } from './options';

export interface BannerInput {
  options: DevOptions;
  urls: StackUrls;
  tokens: DemoToken[];
  seconds: number;
  /** Whether there is a page to look at. */
  demo: boolean;
  /** The token that lets into the console; null where there is none to show. */
  operator: string | null;
}

/** Creates a thread and posts to it; works in any POSIX shell without further tools. */
const example = (api: string, token: string): string =>
  [
    `TOKEN=${token}`,
    `THREAD=$(curl -sS ${api}/api/v1/threads -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"title":"First steps","learnerId":"mia"}' | grep -o '"id":"[^"]*"' | head -n 1 | cut -d '"' -f 4)`,
    `curl -sS ${api}/api/v1/threads/$THREAD/messages -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"content":"Hello, Mia!"}'; echo`,
  ].join('\n');

const tokenLines = (tokens: DemoToken[]): string[] => {
  const tenants = [...new Set(tokens.map(({ tenantId }) => tenantId))];
  return tenants.flatMap((tenant) => [
    `  ${tenant}`,
    ...tokens
      .filter(({ tenantId }) => tenantId === tenant)
      .map(({ role, userId, token }) => `    ${role.padEnd(8)}${userId.padEnd(11)}${token}`),
  ]);
};

/** What a developer needs first, in the order in which it is needed. */
export const banner = ({ options, urls, tokens, seconds, demo, operator }: BannerInput): string => {
  const { ports } = options;
  const api = `http://localhost:${ports.api}`;
  const teacher = tokens.find(({ role }) => role === 'teacher');
  return [
    '',
    `Threadlog is ready (${seconds.toFixed(1)} s).`,
    '',
    ...(demo ? [`  Demo        http://localhost:${ports.demo}/demo   two people chat: open it in a browser`, ''] : []),
    `  API         ${api}/api/v1`,
    `  API docs    ${api}/docs`,
    `  Socket.io   http://localhost:${ports.realtime}`,
    `  gRPC        localhost:${ports.grpc} (chat.v1.ChatService, with reflection)`,
    // In the fragment, which no server is sent; the page takes it out of its address.
    ...(operator ? [`  Console     http://localhost:${ports.ops}/console#token=${operator}`] : []),
    `  Metrics     http://127.0.0.1:${ports.ops}/metrics`,
    `  Kafka       ${urls.kafkaBrokers}`,
    `  Postgres    ${urls.databaseUrl}`,
    `  Messages    ${urls.mongoUrl ?? 'in Postgres (--mongo keeps them in the Mongo store)'}`,
    `  Data        ${options.dataDir} (logs in logs/, --fresh clears it)`,
    '',
    'Demo tenants and tokens:',
    ...tokenLines(tokens),
    '',
    'Create a thread and post a message (paste all three lines):',
    '',
    example(api, teacher?.token ?? ''),
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
};

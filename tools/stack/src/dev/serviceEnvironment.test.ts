import { parseOptions } from './options';
import { serviceEnvironment } from './serviceEnvironment';

const urls = { kafkaBrokers: '127.0.0.1:9092', databaseUrl: 'postgresql://127.0.0.1:5433/threadlog', mongoUrl: null };
const secrets = {} as Parameters<typeof serviceEnvironment>[3];
const made = (env: NodeJS.ProcessEnv) => serviceEnvironment(env, parseOptions([], env), urls as never, secrets);

it('asks the agent of the demo, unless another one is given or it is production', () => {
  const agentOf = (env: NodeJS.ProcessEnv) => [made(env).AGENT_SERVICE_URL, made(env).AGENT_ID];
  expect(agentOf({})).toEqual(['http://localhost:4003/demo/agent', 'tutor']);
  expect(agentOf({ AGENT_SERVICE_URL: 'https://a.example' })).toEqual(['https://a.example', undefined]);
  expect(agentOf({ ENVIRONMENT: 'production' })).toEqual([undefined, undefined]);
});

describe('origins that the service lets in', () => {
  it.each([
    ['CORS_ORIGINS', 'https://a.example', 'https://a.example,http://localhost:4003'],
    ['ALLOWED_ORIGINS', '["https://a.example"]', '["https://a.example","http://localhost:4003"]'],
    ['SOCKET_CORS_ORIGINS', '[]', '["http://localhost:4003"]'],
    ['CORS_ORIGINS', '*', '*'],
    ['CORS_ORIGINS', '[oh', '[oh'],
  ])('have the demo page among them: %s=%s', (name, given, becomes) => {
    expect(made({ [name]: given })[name as 'ENVIRONMENT']).toBe(becomes);
  });

  it('are all where none are named', () => {
    expect(made({})).not.toHaveProperty('CORS_ORIGINS');
  });
});

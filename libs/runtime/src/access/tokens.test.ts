import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { clientCredentials, mskTokens } from './tokens';

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: { authorization: string | undefined; body: string }[] = [];
const server = createServer(async (request, response) => {
  asked.push({ authorization: request.headers.authorization, body: await text(request) });
  answer(request, response);
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
});
afterAll(() => new Promise((done) => server.close(done)));

const give = (status: number, body: unknown) => {
  asked.length = 0;
  answer = (_request, response) =>
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
};
const ada = () => ({ url, clientId: 'ada:1', clientSecret: 'pass word' });

describe('tokens by client credentials', () => {
  it('are asked for as RFC 6749 says, and once for all who ask at the same time', async () => {
    give(200, { access_token: 'first', expires_in: 100 });
    const token = clientCredentials({ ...ada(), scope: 'kafka' });

    expect(await Promise.all([token(), token()])).toEqual(['first', 'first']);
    const [only, ...others] = asked;
    expect(others).toEqual([]);
    expect(Buffer.from(only!.authorization!.slice('Basic '.length), 'base64').toString()).toBe('ada%3A1:pass%20word');
    expect(only!.body).toBe('grant_type=client_credentials&scope=kafka');
  });

  it('are used until they have nearly run out', async () => {
    let now = 0;
    give(200, { access_token: 'first', expires_in: 100 });
    const token = clientCredentials({ ...ada(), now: () => now });
    await token();
    give(200, { access_token: 'second', expires_in: 100 });
    now = 79_000;
    expect(await token()).toBe('first');
    now = 80_000;
    expect(await token()).toBe('second');
  });

  test.each([
    ['a refusal', 401, { error: 'invalid_client' }, /answered 401: invalid_client/],
    ['no JSON', 200, 'hello', /answered 200: no token/],
    ['no token', 200, { token: 'x' }, /answered 200: no token/],
    ['a redirect', 302, '', /cannot be asked/],
  ])('are not taken from %s, which is told without the secret', async (_name, status, body, told) => {
    give(status, body);
    const token = clientCredentials(ada());
    answer = status === 302 ? (_q, response) => response.writeHead(302, { location: url }).end() : answer;

    await expect(token()).rejects.toThrow(told);
    await expect(token()).rejects.not.toThrow('pass');
    give(200, { access_token: 'later' });
    expect(await token()).toBe('later');
  });
});

test('a token of Amazon MSK is a request for this region, signed by the credentials of the environment', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'not-a-secret';
  const signed = new URL(Buffer.from(await mskTokens('eu-central-1')(), 'base64url').toString());

  expect(signed.host).toBe('kafka.eu-central-1.amazonaws.com');
  expect(signed.searchParams.get('Action')).toBe('kafka-cluster:Connect');
  expect(signed.searchParams.get('X-Amz-Credential')).toMatch(/^AKIDEXAMPLE\/\d+\/eu-central-1\/kafka-cluster\//);
});
